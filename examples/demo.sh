#!/bin/sh
# SPDX-License-Identifier: MIT
# Shows what certmap does, on certificates made on the spot. Usage: demo.sh [CERTMAP [NGINX MODULE]]
# With nginx and certmap's module for it, that server answers at the end: on 127.0.0.1, until this script ends.
set -eu

# absolute PATH
absolute() {
    echo "$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"
}

certmap=${1:-certmap}
case $certmap in
    */*) certmap=$(absolute "$certmap") ;;
esac
nginx='' module='' server=''
if [ $# -ge 3 ]; then
    nginx=$(absolute "$2")
    # shellcheck disable=SC2034 # demo-nginx.sh uses it
    module=$(absolute "$3")
fi
examples=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)

# Nothing is left, however this ends.
clean_up() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 141' PIPE # demo.sh | head
trap 'exit 143' TERM
cd "$dir"

bold='' plain=''
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
fi

# say "TEXT": what comes next
say() {
    printf '\n%s# %s%s\n' "$bold" "$1" "$plain"
}

# show ARGUMENT...: runs certmap, whatever it answers
show() {
    printf '$ certmap'
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

key() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null
}

# client FILE SERIAL ATTRIBUTE...: a certificate from the CA, with a Name of these attributes
client() {
    file=$1 serial=$2
    shift 2
    key "$file"
    name=$(printf '/%s' "$@")
    openssl req -new -key "$file.key" -utf8 -subj "$name" -out "$file.csr"
    openssl x509 -req -in "$file.csr" -CA ca.pem -CAkey ca.key -set_serial "$serial" -days 30 -out "$file.pem" 2>/dev/null
    printf '%-10s' "$file.pem"
    printf '  %s' "$@"
    printf '\n'
}

say "Clients show these certificates, all from one CA:"
key ca
openssl req -x509 -new -key ca.key -days 30 -subj "/C=US/O=Contoso/CN=Contoso Issuing CA 1" -out ca.pem
client alice 11 C=US O=Contoso OU=Sales CN=Alice
client rene 12 C=FR O=Contoso "OU=Human Resources" CN=René
client carol 13 C=US O=Contoso OU=Contractors CN=Carol
client robot 14 C=US O=Contoso OU=Warehouse "CN=Order robot"
client eve 15 C=US O=Contoso "CN=Eve, OU=Human Resources"

# The one-to-one mapping of the example, for the robot that was made just now.
robot=$(openssl x509 -in robot.pem -outform DER | openssl base64 -A)
sed "s|certificate=\"[^\"]*\"|certificate=\"$robot\"|" "$examples/applicationHost.config" > applicationHost.config
cp "$examples/contoso.rules" .

say "An IIS server gave them accounts. One mapping of its applicationHost.config:"
sed -n '/<add name="Human Resources"/,/<\/add>/s/^ \{14\}//p' applicationHost.config | sed 's/ password="[^"]*"/ password="..."/'

say "The same answers without IIS:"
show match --rules applicationHost.config --site "Default Web Site" alice.pem rene.pem carol.pem eve.pem

say "Eve wrote an OU into her CN. Names are compared as structure, so it stays a part of the CN. Why she gets nothing:"
show explain --rules applicationHost.config --site "Default Web Site" eve.pem

say "Another site of the same file. The robot has a mapping for its very certificate:"
show match --rules applicationHost.config --site Orders alice.pem carol.pem robot.pem

say "The same for a program, one object a line:"
show match --json --rules applicationHost.config --site Orders robot.pem

say "Rules can also be written in a language of certmap's own:"
sed -n '/^mapping "human/,/^}/p' contoso.rules

say "A mistake in them is found before it matters (subfield UO, a semicolon that is missing):"
sed 's/subject\.OU in/subject.UO in/; s/always;/always/' contoso.rules > mistyped.rules
show check --rules mistyped.rules

say "What a rule for a certificate can say; copy the lines that matter:"
show show alice.pem

if [ -n "$nginx" ]; then
    # shellcheck disable=SC1091 # a file of its own
    . "$examples/demo-nginx.sh"
fi

cat <<END

${bold}Next:${plain} docs/rules.md to write rules, docs/iis.md to come from IIS, docs/servers.md for a server's
author, README.md to install it.
END
