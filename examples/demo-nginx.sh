#!/bin/sh
# SPDX-License-Identifier: MIT
# The end of demo.sh, which reads this file: nginx with certmap's module answers for the IIS file, to three clients.
# shellcheck disable=SC2154 # what demo.sh has set

# fail "TEXT": why there is no answer, with what nginx has said
fail() {
    echo "demo: $1" >&2
    if [ -s nginx.log ]; then
        tail -n 5 nginx.log >&2
    fi
    exit 1
}

# answers PORT: whether anybody does. Nothing of the user's, proxies for example, is between curl and 127.0.0.1.
answers() {
    status=0
    curl -q -s -o /dev/null --noproxy '*' --max-time 5 "http://127.0.0.1:$1/" || status=$?
    [ "$status" -ne 7 ]
}

# configure PORT: what nginx needs besides the lines that are shown
configure() {
    user=''
    if [ "$(id -u)" -eq 0 ]; then
        user='user www-data;'
    fi
    cat > nginx.conf <<END
daemon off; pid nginx.pid; error_log $dir/nginx.log; $user
load_module $module;
events { }
http {
    access_log off;
    client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
    server {
        listen 127.0.0.1:$1 ssl;
        ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate server.pem; ssl_certificate_key server.key;
        include portal.conf;
    }
    server {
        listen unix:$dir/application.sock;
        return 200 "Welcome to the portal. X-Remote-User: \$http_x_remote_user\n";
    }
}
END
}

# start PORT: returns 1 if somebody else has the port
start() {
    configure "$1"
    : > nginx.log
    $lasting "$nginx" -e nginx.log -p "$dir" -c nginx.conf > nginx.out 2>&1 &
    server=$!
    tries=0
    until answers "$1"; do
        if ! kill -0 "$server" 2>/dev/null; then
            server=''
            if grep -q 'Address already in use' nginx.log; then
                return 1
            fi
            cat nginx.out >> nginx.log
            fail "nginx does not start"
        fi
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then
            fail "nginx does not answer on port $1"
        fi
        sleep 0.1
    done
}

# ask [NAME]: shows curl and the answer, with the certificate of that name
ask() {
    set -- --cacert ca.pem ${1:+--cert "$1.pem" --key "$1.key"} "https://127.0.0.1:$port/"
    printf '$ curl'
    printf ' %s' "$@"
    printf '\n'
    curl -q -sS --noproxy '*' --max-time 20 "$@" || fail "curl has no answer (status $?)"
}

for file in "$nginx" "$module"; do
    if [ ! -f "$file" ]; then
        fail "there is no nginx: $file"
    fi
done

# It ends with this shell even where that is killed and cannot clean up.
lasting=''
if command -v setpriv >/dev/null && setpriv --pdeathsig TERM true 2>/dev/null; then
    lasting='setpriv --pdeathsig TERM'
fi

key server
openssl req -new -key server.key -subj "/CN=127.0.0.1" -out server.csr
echo 'subjectAltName=IP:127.0.0.1' > server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 20 -days 30 -extfile server.ext -out server.pem 2>/dev/null

cat > portal.conf <<'END'
ssl_client_certificate ca.pem;
ssl_verify_client optional;
certmap_rules applicationHost.config site="Default Web Site";
location / {
    certmap require;
    proxy_set_header X-Remote-User $certmap_account;
    proxy_pass http://unix:application.sock;
}
error_page 403 @refused;
location @refused {
    return 403 "Refused: $certmap_decision $certmap_mapping$certmap_reason\n";
}
END
sed "s|unix:application.sock|unix:$dir/application.sock|" portal.conf > shown.conf
mv shown.conf portal.conf
chmod 711 "$dir" # nginx's workers are somebody else, and the application is behind a socket

say "The same file in a live nginx, in front of an application:"
sed "s|$dir/||" portal.conf

port=8443
while answers "$port" || ! start "$port"; do
    port=$((port + 1))
    if [ "$port" -gt 8543 ]; then
        fail "no port from 8443 to 8543 is free on 127.0.0.1"
    fi
done

say "Alice has an account, Carol is refused by a mapping, and somebody has no certificate:"
ask alice
ask carol
ask
