#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows what certmap does, on certificates made on the spot. Usage: demo.sh [CERTMAP]
set -eu

certmap=${1:-certmap}
case $certmap in
    */*) certmap=$(cd "$(dirname "$certmap")" && pwd)/$(basename "$certmap") ;;
esac
examples=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
}

# client FILE SUBJECT: a certificate from the CA
client() {
    key "$1"
    openssl req -new -key "$1.key" -utf8 -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "$3" -days 30 -out "$1.pem" 2>/dev/null
}

# show "WHY" ARGUMENT...: runs certmap, whatever it answers
show() {
    printf '\n# %s\n$ certmap' "$1"
    shift
    for word; do
        case $word in
            *' '*) printf ' "%s"' "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    status=0
    "$certmap" "$@" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        printf '(exit status %d)\n' "$status"
    fi
}

key ca
openssl req -x509 -new -key ca.key -days 30 -subj "/C=US/O=Contoso/CN=Contoso Issuing CA 1" -out ca.pem
client alice "/C=US/O=Contoso/OU=Sales/CN=Alice" 11
client rene "/C=FR/O=Contoso/OU=Human Resources/CN=René" 12
client carol "/C=US/O=Contoso/OU=Contractors/CN=Carol" 13
client robot "/C=US/O=Contoso/OU=Warehouse/CN=Order robot" 14
client eve "/C=US/O=Contoso/CN=Eve, OU=Human Resources" 15

# The one-to-one mapping of the example, for the robot that was made just now.
robot=$(openssl x509 -in robot.pem -outform DER | openssl base64 -A)
sed "s|certificate=\"[^\"]*\"|certificate=\"$robot\"|" "$examples/applicationHost.config" > applicationHost.config
cp "$examples/contoso.rules" .

show "The account that IIS would have given to each client of a site:" \
    match --rules applicationHost.config --site "Default Web Site" alice.pem rene.pem carol.pem eve.pem
show "Another site of the same file. The robot has a mapping for its very certificate:" \
    match --rules applicationHost.config --site Orders alice.pem carol.pem robot.pem
show "The same for a program:" \
    match --json --rules applicationHost.config --site Orders robot.pem
show "Eve wrote an OU into her CN. It stays a part of the CN, because names are compared as structure:" \
    show eve.pem
show "The same policy in certmap's own language, and why Carol is refused:" \
    explain --rules contoso.rules carol.pem
show "Nothing is wrong with these rules:" \
    check --rules contoso.rules

sed 's/subject\.OU in/subject.UO in/; s/always;/always/' contoso.rules > mistyped.rules
show "Something is wrong with these:" \
    check --rules mistyped.rules
