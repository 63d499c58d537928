# Keys and certificates of the sandbox, made once with openssl. Private keys are 0600 under secrets/, which is 0700.

make_credentials() {
  umask 077
  mkdir -p "$RUN/secrets" "$RUN/log"
  random_secret key-encryption-key
  random_secret aldgate_owner.password
  random_secret aldgate_service.password

  if [[ ! -f $RUN/ca.pem ]]; then
    ec_key "$RUN/secrets/ca.key"
    openssl req -new -x509 -key "$RUN/secrets/ca.key" -days 3650 -subj "/O=Aldgate sandbox/CN=Aldgate sandbox CA" \
      -addext "basicConstraints=critical,CA:true,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
      -out "$RUN/ca.pem.new"
    chmod 644 "$RUN/ca.pem.new" && mv "$RUN/ca.pem.new" "$RUN/ca.pem"
  fi
  if [[ ! -f $RUN/server.pem ]]; then
    ec_key "$RUN/secrets/server.key"
    certificate "$RUN/secrets/server.key" "/O=Aldgate sandbox/CN=localhost" "$RUN/server.pem" \
      "extendedKeyUsage=serverAuth" "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
  fi
  demo_key demo-dpop
  demo_key demo-mtls
  if [[ ! -f $RUN/tpp/demo-mtls/cert.pem ]]; then
    ec_key "$RUN/tpp/demo-mtls/key.pem"
    certificate "$RUN/tpp/demo-mtls/key.pem" "/C=GB/O=Demo Pay/CN=demo-mtls" "$RUN/tpp/demo-mtls/cert.pem" \
      "extendedKeyUsage=clientAuth"
  fi
}

random_secret() {  # NAME: 32 bytes, base64
  [[ -f $RUN/secrets/$1 ]] || openssl rand -base64 32 | tr -d '\n' >"$RUN/secrets/$1"
}

ec_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

certificate() {  # KEY SUBJECT OUT EXTENSION…
  local key=$1 subject=$2 out=$3
  shift 3
  openssl x509 -req -in <(openssl req -new -key "$key" -subj "$subject") -CA "$RUN/ca.pem" -CAkey "$RUN/secrets/ca.key" \
    -days 397 -set_serial "0x$(openssl rand -hex 16)" -out "$out.new" \
    -extfile <(printf '%s\n' "basicConstraints=critical,CA:false" "keyUsage=critical,digitalSignature" "$@")
  chmod 644 "$out.new" && mv "$out.new" "$out"
}

base64url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
hex_to_bytes() { printf '%b' "$(sed 's/../\\x&/g')"; }

# tpp/NAME/key.jwk (private, with kid = RFC 7638 thumbprint) and tpp/NAME/jwks.json (public).
demo_key() {
  local folder=$RUN/tpp/$1 text private public d x y kid
  [[ -f $folder/jwks.json ]] && return
  mkdir -p "$folder"
  text=$(openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkey -noout -text)
  private=$(sed -n '/^priv:/,/^pub:/p' <<<"$text" | grep '^ ' | tr -d ' :\n')
  public=$(sed -n '/^pub:/,/^ASN1/p' <<<"$text" | grep '^ ' | tr -d ' :\n')
  private=$(printf '%64s' "${private: -64}" | tr ' ' 0)
  d=$(hex_to_bytes <<<"$private" | base64url)
  x=$(hex_to_bytes <<<"${public:2:64}" | base64url)
  y=$(hex_to_bytes <<<"${public:66:64}" | base64url)
  kid=$(printf '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' "$x" "$y" | openssl dgst -sha256 -binary | base64url)
  printf '{"kty":"EC","crv":"P-256","x":"%s","y":"%s","d":"%s","kid":"%s","alg":"ES256","use":"sig"}\n' \
    "$x" "$y" "$d" "$kid" >"$folder/key.jwk"
  printf '{"keys":[{"kty":"EC","crv":"P-256","x":"%s","y":"%s","kid":"%s","alg":"ES256","use":"sig"}]}\n' \
    "$x" "$y" "$kid" >"$folder/jwks.json"
}
