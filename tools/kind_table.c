/* SPDX-License-Identifier: MIT */
#include "kind_table.h"
#include "kind_form.h"

#define OTHER CERTMAP_CODE_NOT_A_CERTIFICATE
#define ENCODED CERTMAP_CODE_ENCODED_CERTIFICATE
#define SWAPPED CERTMAP_CODE_SWAPPED_FILES

/* What takes the base64 of the first certificate out of any text that has it between BEGIN and END. */
#define FROM_PEM                                                                                                       \
    "perl -0ne 's/\\\\[rn]//g; print $1 if /CERTIFICATE\\W*(MI.*?)\\W*END/s' %F | tr -cd 'A-Za-z0-9+/=' | "            \
    "openssl base64 -d -A -out cert.der"
#define FROM_BASE64 "tr -cd 'A-Za-z0-9+/=' < %F | openssl base64 -d -A -out cert.der"
#define PEM_AS "as a certificate"
#define INSIDE "to see what is in it"
#define CERT_OUT "to take its certificate out"

/* Object identifiers, as the contents of their elements. */
#define PKCS7 "2A864886F70D0107"
#define TST_INFO "2A864886F70D0109100104"
#define NETSCAPE_SEQUENCE "6086480186F8420205"

/* clang-format off */
const struct tool_kind tool_kinds[] = {
    /* Rules first: whatever their comments have, they are rules. */
    {SWAPPED, "rules", "rules go to --rules", "certmap match --rules %F CERT", NULL, NULL, NULL, tool_form_is_rules},
    {SWAPPED, "an IIS configuration", "it goes to --rules", "certmap match --rules %F CERT", NULL, NULL, NULL,
     tool_form_is_iis},

    /* ---- What is DER, and has a PEM label of its own ---- */
    /* SSH's and PGP's keys come before other private keys: their labels end alike. */
    {OTHER, "an SSH key", INSIDE, "ssh-keygen -l -f %F", NULL, NULL, "OPENSSH PRIVATE KEY", tool_form_is_ssh},
    {OTHER, "a PGP key or message", INSIDE, "gpg --show-keys %F", "99....04", NULL, NULL, tool_form_is_pgp},
    {OTHER, "a PKCS #12 file (.pfx, .p12)", CERT_OUT, "openssl pkcs12 -in %F -nokeys -clcerts -out cert.pem",
     NULL, "30{02=03. 30{06^" PKCS7 ".", "PKCS12", NULL},
    {OTHER, "a time stamp token", "to take its certificates out", "openssl pkcs7 %I-in %F -print_certs -out certs.pem",
     NULL, "30{06=" PKCS7 "02. A0{30{02 31 30{06=" TST_INFO ".", NULL, NULL},
    {OTHER, "a PKCS #7 bundle (.p7b, .p7c)", "to take its certificates out",
     "openssl pkcs7 %I-in %F -print_certs -out certs.pem", NULL, "30{06=" PKCS7 "02.", "PKCS7", NULL},
    {OTHER, "a PKCS #7 bundle (.p7b, .p7c)", "to take its certificates out",
     "openssl pkcs7 %I-in %F -print_certs -out certs.pem", NULL, NULL, "PKCS #7 SIGNED DATA", NULL},
    {OTHER, "a CMS message", INSIDE, "openssl cms -cmsout -print %I-in %F", NULL, "30{06^" PKCS7 ".", NULL, NULL},
    {OTHER, "a CMS message", "to take its certificates out",
     "sed 's/ CMS/ PKCS7/' %F | openssl pkcs7 -print_certs -out certs.pem", NULL, NULL, "CMS", NULL},
    {OTHER, "a Netscape certificate sequence", "to take its certificates out",
     "openssl nseq %I-in %F -out certs.pem", NULL, "30{06=" NETSCAPE_SEQUENCE ".", NULL, NULL},
    {OTHER, "a certificate request", INSIDE, "openssl req %I-in %F -noout -text",
     NULL, "30{30{02=00. 30 30{30{06} 03}", "CERTIFICATE REQUEST", NULL},
    {OTHER, "a certificate revocation list", INSIDE, "openssl crl %I-in %F -noout -text",
     NULL, "30{30{~02 30{06} 30 1?", "X509 CRL", NULL},
    {OTHER, "an attribute certificate", INSIDE, "openssl asn1parse -i %I-in %F",
     NULL, "30{30{02=01. 30{A?} ?? 30{06} 02", "ATTRIBUTE CERTIFICATE", NULL},
    {OTHER, "an OCSP response", INSIDE, "openssl ocsp -respin %F -noverify -resp_text",
     NULL, "30{0A ~A0 $", NULL, NULL},
    {OTHER, "an OCSP request", INSIDE, "openssl ocsp -reqin %F -req_text",
     NULL, "30{30{~A0 ~A1 30{30{30{30{06", NULL, NULL},
    {OTHER, "a TLS session", CERT_OUT, "openssl sess_id %I-in %F -cert -out cert.pem",
     NULL, "30{02=01. 02 04 04", "SSL SESSION PARAMETERS", NULL},
    {OTHER, "a time stamp response", "to take its certificates out",
     "openssl ts -reply -in %F -token_out | openssl pkcs7 -inform DER -print_certs -out certs.pem",
     NULL, "30{30{02} 30{06^" PKCS7 ".", NULL, NULL},
    {OTHER, "a time stamp request", INSIDE, "openssl ts -query -in %F -text", NULL, "30{02=01. 30{30{06} 04}", NULL, NULL},
    {OTHER, "an encrypted private key", "to see which certificate belongs to it", "openssl pkey %I-in %F -pubout",
     NULL, "30{30{06 30} 04 $", NULL, NULL},
    {OTHER, "a private key", "to see which certificate belongs to it", "openssl pkey %I-in %F -pubout",
     NULL, "30{02=00. 30{06} 04", "PRIVATE KEY", NULL},
    {OTHER, "a private key", "to see which certificate belongs to it", "openssl pkey %I-in %F -pubout",
     NULL, "30{02=01. 30{06} 04", NULL, NULL}, /* PKCS #8, version 2 */
    {OTHER, "a private key", "to see which certificate belongs to it", "openssl rsa %I-in %F -pubout",
     NULL, "30{02=00. 02 02 02 02 02 02 02 02", NULL, NULL},
    {OTHER, "a private key", "to see which certificate belongs to it", "openssl dsa %I-in %F -pubout",
     NULL, "30{02=00. 02 02 02 02 02 $", NULL, NULL},
    {OTHER, "a private key", "to see which certificate belongs to it", "openssl ec %I-in %F -pubout",
     NULL, "30{02=01. 04", NULL, NULL},
    {OTHER, "a public key", "to see it", "openssl rsa -RSAPublicKey_in %I-in %F -pubout",
     NULL, "30{02 02^0100. $", "RSA PUBLIC KEY", NULL},
    {OTHER, "a public key", "to see it", "openssl pkey -pubin %I-in %F -noout -text",
     NULL, "30{30{06} 03 $", "PUBLIC KEY", NULL},
    {OTHER, "parameters", INSIDE, "openssl asn1parse -i %I-in %F", NULL, "30{02 02 $", "PARAMETERS", NULL},
    {OTHER, "parameters", INSIDE, "openssl asn1parse -i %I-in %F", NULL, "30{02 02 02 $", NULL, NULL},
    {OTHER, "the name of a curve", INSIDE, "openssl asn1parse -i %I-in %F", NULL, "06", NULL, NULL},
    {ENCODED, "a certificate whose PEM label is not CERTIFICATE", PEM_AS,
     "sed -E 's/-----(BEGIN|END) .*-----/-----\\1 CERTIFICATE-----/' %F > cert.pem", NULL, NULL, "CERTIFICATE", NULL},

    /* ---- Files that say at their front what they are ---- */
    {OTHER, "a Java keystore (JKS)", "to take its certificates out", "keytool -list -rfc -keystore %F > certs.pem",
     "FEEDFEED", NULL, NULL, NULL},
    {OTHER, "a Java keystore (JCEKS)", "to take its certificates out",
     "keytool -list -rfc -storetype JCEKS -keystore %F > certs.pem", "CECECECE", NULL, NULL, NULL},
    {OTHER, "a BKS keystore", "its certificates",
     "keytool -list -rfc -storetype BKS -keystore %F -providerpath bcprov.jar "
     "-provider org.bouncycastle.jce.provider.BouncyCastleProvider > certs.pem", "000000..00000014", NULL, NULL, NULL},
    {OTHER, "a certificate store of Windows (.sst)", "on Windows, to take its certificates out",
     "certutil -split -dump %F", "0000000043455254", NULL, NULL, NULL},
    {OTHER, "a certificate database of NSS, or another of SQLite", "to list its certificates", "certutil -L -d sql:.",
     "53514C69746520666F726D61742033", NULL, NULL, NULL},
    {OTHER, "a card-verifiable certificate (CVC), another kind", INSIDE, "openssl asn1parse -i -inform DER -in %F",
     "7F21", NULL, NULL, NULL},
    {OTHER, "a Kerberos keytab", INSIDE, "klist -kt %F", "0502", NULL, NULL, NULL},
    {OTHER, "DER that a program took for text and spoilt", "to copy it as bytes", "cp ORIGINAL cert.der",
     "30EFBFBD", NULL, NULL, NULL},
    {OTHER, "a file compressed with gzip", "to unpack it", "gzip -dc %F > cert.pem", "1F8B", NULL, NULL, NULL},
    {OTHER, "a file compressed with bzip2", "to unpack it", "bzip2 -dc %F > cert.pem", "425A68", NULL, NULL, NULL},
    {OTHER, "a file compressed with xz", "to unpack it", "xz -dc %F > cert.pem", "FD377A585A00", NULL, NULL, NULL},
    {OTHER, "a file compressed with Zstandard", "to unpack it", "zstd -dc %F > cert.pem", "28B52FFD", NULL, NULL, NULL},
    {OTHER, "a zip archive", "to unpack it", "unzip %F", "504B0304", NULL, NULL, NULL},
    {OTHER, "an empty zip archive", "to see that", "unzip -l %F", "504B0506", NULL, NULL, NULL},
    {OTHER, "a 7z archive", "to unpack it", "7z x %F", "377ABCAF271C", NULL, NULL, NULL},
    {OTHER, "a tar archive", "to unpack it", "tar -xf %F", NULL, NULL, NULL, tool_form_is_tar},
    {ENCODED, "text in UTF-16 without a byte order mark", "as a certificate",
     "iconv -f UTF-16BE -t UTF-8 %F > cert.pem", "002D002D", NULL, NULL, NULL},
    {ENCODED, "text in UTF-16 without a byte order mark", "as a certificate",
     "iconv -f UTF-16LE -t UTF-8 %F > cert.pem", "2D002D00", NULL, NULL, NULL},
    {OTHER, "a program (ELF)", INSIDE, "od -c %F | head", "7F454C46", NULL, NULL, NULL},
    {OTHER, "a program for macOS, or a class of Java", INSIDE, "od -c %F | head", "CAFEBABE", NULL, NULL, NULL},
    {OTHER, "a program for macOS", INSIDE, "od -c %F | head", "CFFAEDFE", NULL, NULL, NULL},
    {OTHER, "a program for Windows (PE)", INSIDE, "od -c %F | head", "4D5A....", NULL, NULL, NULL},
    {OTHER, "a script", INSIDE, "head %F", "2321", NULL, NULL, NULL},
    {OTHER, "a PDF document", INSIDE, "od -c %F | head", "255044462D", NULL, NULL, NULL},
    {OTHER, "a picture", INSIDE, "od -c %F | head", "89504E47", NULL, NULL, NULL},
    {OTHER, "a picture", INSIDE, "od -c %F | head", "FFD8FF", NULL, NULL, NULL},
    {OTHER, "a document of Microsoft Office, or an installer", INSIDE, "od -c %F | head", "D0CF11E0", NULL, NULL, NULL},

    /* ---- Texts that hold a certificate ---- */
    {ENCODED, "JSON with a certificate in \"x5c\"", CERT_OUT,
     "perl -0ne 'print $1 if /\"x5c\"\\s*:\\s*\\[\\s*\"([^\"]+)/' %F | openssl base64 -d -A -out cert.der",
     NULL, NULL, NULL, tool_form_is_x5c},
    {ENCODED, "JSON with a PEM text in it", CERT_OUT, FROM_PEM, NULL, NULL, NULL, tool_form_is_json_pem},
    {ENCODED, "XML with an X509Certificate, as SAML has it", CERT_OUT,
     "perl -0ne 'print $1 if /X509Certificate>([^<]+)/' %F | tr -d ' \\r\\n\\t' | openssl base64 -d -A -out cert.der",
     NULL, NULL, NULL, tool_form_is_saml},
    {ENCODED, "an XFCC header (Envoy), URL-encoded", CERT_OUT,
     "perl -ne 'print $1 =~ s/%%(..)/chr hex $1/ger if /(?:Cert|Chain)=\"?([^\";,]+)/' %F > cert.pem",
     NULL, NULL, NULL, tool_form_is_xfcc},
    {OTHER, "an XFCC header (Envoy) without the certificate", "in Envoy's configuration",
     "set_current_client_cert_details: {cert: true}", NULL, NULL, NULL, tool_form_is_xfcc_bare},
    {ENCODED, "URL-encoded PEM", "to decode it", "perl -pe 's/\\+/ /g; s/%%(..)/chr hex $1/ge' %F > cert.pem",
     NULL, NULL, NULL, tool_form_is_url_plus},
    {ENCODED, "URL-encoded PEM", "to decode it", "perl -pe 's/%%(..)/chr hex $1/ge' %F > cert.pem",
     NULL, NULL, NULL, tool_form_is_url},
    {ENCODED, "PEM with \\n written out in place of line ends", PEM_AS, FROM_PEM, NULL, NULL, NULL,
     tool_form_is_escaped_pem},
    {ENCODED, "PEM whose lines end with CR alone", PEM_AS, "tr '\\r' '\\n' < %F > cert.pem", NULL, NULL, NULL,
     tool_form_is_cr_pem},
    {ENCODED, "PEM that is indented", PEM_AS, "sed 's/^[[:space:]]*//' %F > cert.pem", NULL, NULL, NULL,
     tool_form_is_indented_pem},
    {ENCODED, "PEM on one line", PEM_AS, FROM_PEM, NULL, NULL, NULL, tool_form_is_one_line_pem},
    {ENCODED, "PEM with something else in its lines", PEM_AS, FROM_PEM, NULL, NULL, NULL, tool_form_is_other_pem},
    {ENCODED, "base64 without BEGIN and END, as in an IIS file", "to decode it", FROM_BASE64, NULL, NULL, NULL,
     tool_form_is_base64},
    {ENCODED, "PEM that was encoded in base64 once more", "to decode it",
     "tr -cd 'A-Za-z0-9+/=' < %F | openssl base64 -d -A -out cert.pem", NULL, NULL, NULL, tool_form_is_base64_of_pem},
    {ENCODED, "PEM that was encoded in base64 once more", "to decode it",
     "perl -0ne 'print $1 if /(LS0tLS1CRUdJTi[\\w+\\/=]*)/' %F | openssl base64 -d -A -out cert.pem",
     NULL, NULL, NULL, tool_form_is_base64_pem},
    {ENCODED, "base64 of several certificates, as Traefik sends them", "the first",
     "cut -d, -f1 %F | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A -out cert.der", NULL, NULL, NULL,
     tool_form_is_base64_list},
    {ENCODED, "PEM without its line of BEGIN", PEM_AS,
     "sed '/-----/d' %F | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A -out cert.der", NULL, NULL, NULL,
     tool_form_is_headless_pem},
    {ENCODED, "base64url without BEGIN and END", "to decode it",
     "perl -0ne 'y{-_}{+/}; y{A-Za-z0-9+/}{}cd; print $_, \"=\" x (-length() %% 4)' %F | openssl base64 -d -A "
     "-out cert.der", NULL, NULL, NULL, tool_form_is_base64_url},
    {ENCODED, "URL-encoded base64, as Traefik sends it", "to decode it",
     "perl -ne 's/,.*//s; s/%%(..)/chr hex $1/ge; print' %F | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A "
     "-out cert.der", NULL, NULL, NULL, tool_form_is_url_base64},
    {ENCODED, "a Client-Cert header (RFC 9440)", "to decode it",
     "perl -ne 'print $1 if /:(MI[^:]*):/' %F | openssl base64 -d -A -out cert.der", NULL, NULL, NULL,
     tool_form_is_rfc9440},
    {ENCODED, "LDIF with a certificate in it", CERT_OUT,
     "perl -0ne 's/\\r?\\n //g; print $1 if /ertificate(?:;binary)?:: (\\S+)/' %F | openssl base64 -d -A -out cert.der",
     NULL, NULL, NULL, tool_form_is_ldif},
    {OTHER, "a mail (S/MIME)", "to take its certificates out",
     "openssl smime -pk7out -in %F | openssl pkcs7 -print_certs -out certs.pem", NULL, NULL, NULL, tool_form_is_mail},
    {OTHER, "a JSON Web Token", INSIDE, "cut -d. -f1 %F | tr '_-' '/+' | openssl base64 -d -A", NULL, NULL, NULL,
     tool_form_is_jwt},
    {OTHER, "a thumbprint", "on Windows, in place of the file", "--store MY --sha1 HASH", NULL, NULL, NULL,
     tool_form_is_thumbprint},
    {ENCODED, "hexadecimal digits of DER", "to decode it",
     "perl -0ne 's/^[0\\\\]x//; s/[^0-9A-Fa-f]//g; print pack \"H*\", $_' %F > cert.der", NULL, NULL, NULL,
     tool_form_is_hex},
    {ENCODED, "a hex dump", "to decode it",
     "perl -ne 'print pack \"H*\", substr $1 =~ s/\\s//gr, 0, 32 if /^\\w+:?((?:\\s{1,2}\\w{2,4}\\b)+)/' %F > cert.der", NULL, NULL, NULL, tool_form_is_hex_dump},
    {ENCODED, "a certificate in base64 with something around it", CERT_OUT,
     "perl -0ne 'print $1 if /\\b(MI[\\w+\\/\\s]{62,}=*)/' %F | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A -out cert.der",
     NULL, NULL, NULL, tool_form_has_base64},

    /* ---- Other texts ---- */
    {OTHER, "a web page, perhaps the error page of a download", INSIDE, "head %F", NULL, NULL, NULL,
     tool_form_is_web_page},
    {OTHER, "XML", INSIDE, "head %F", NULL, NULL, NULL, tool_form_is_xml},
    {OTHER, "JSON", INSIDE, "head %F", NULL, NULL, NULL, tool_form_is_json},
    {OTHER, "what openssl x509 -text prints, without the PEM block below it", "from the certificate's own file",
     "openssl x509 -in CERT -out cert.pem", NULL, NULL, NULL, tool_form_is_openssl_text},
    {OTHER, "the printed Name of a certificate", "to write it as rules do", "certmap name \"$(cat %F)\"", NULL, NULL,
     NULL, tool_form_is_printed_name},
    {OTHER, "Traefik's names of a certificate", "the header with the certificate needs in its configuration",
     "passTLSClientCert.pem: true", NULL, NULL, NULL, tool_form_is_traefik_info},
};
/* clang-format on */
const size_t tool_kind_count = sizeof tool_kinds / sizeof *tool_kinds;

/* ---- What is found by reading the certificate ---- */

const struct tool_kind tool_kind_certificate = {
    SWAPPED, "a certificate", "a certificate goes last", "certmap match --rules RULES %F", NULL, NULL, NULL, NULL};
const struct tool_kind tool_kind_pem = {
    OTHER, "a damaged or unknown PEM block", INSIDE, "openssl asn1parse -i -in %F", NULL, NULL, NULL, NULL};
const struct tool_kind tool_kind_mixed_pem = {
    ENCODED, "PEM with something else in its lines", PEM_AS, FROM_PEM, NULL, NULL, NULL, NULL};
const struct tool_kind tool_kind_trailing = {CERTMAP_CODE_MALFORMED_DER,
                                             "a certificate and bytes that follow it",
                                             "to cut them off",
                                             "head -c %N %F > cert.der",
                                             NULL,
                                             NULL,
                                             NULL,
                                             NULL};
const struct tool_kind tool_kind_several = {ENCODED,     "several certificates in DER, one after the other",
                                            "the first", "head -c %N %F > cert.der",
                                            NULL,        NULL,
                                            NULL,        NULL};
const struct tool_kind tool_kind_inside = {
    ENCODED, "a certificate inside another file", CERT_OUT, "tail -c +%O %F | head -c %N > cert.der", NULL, NULL, NULL,
    NULL};
const struct tool_kind tool_kind_mislabelled = {OTHER,
                                                "a PEM block that says CERTIFICATE, with",
                                                "to take that out",
                                                "sed '/-----/d' %F | tr -cd 'A-Za-z0-9+/=' | openssl base64 -d -A -out "
                                                "decoded",
                                                NULL,
                                                NULL,
                                                NULL,
                                                NULL};
const struct tool_kind tool_kind_base64_other = {
    OTHER, "base64 of", "to decode it", "tr -cd 'A-Za-z0-9+/=' < %F | openssl base64 -d -A -out decoded",
    NULL,  NULL,        NULL,           NULL};
