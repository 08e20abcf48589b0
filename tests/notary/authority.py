"""A time-stamping authority for tests: `openssl ts` with certificates of its own, on request behind HTTP on
loopback.

authority = Authority(folder, "Aurelia Time")
response = authority.stamp(timestamp.new_request(digest).der)
timestamp.verify_time(response, digest, [authority.root])
with authority.served() as url: ...   # POST application/timestamp-query
"""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
O = Test
CN = {name}
[ca]
default_ca = issuer
[issuer]
new_certs_dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
private_key = {folder}/root.key
certificate = {folder}/root.pem
default_md = sha256
policy = any
unique_subject = no
[any]
organizationName = optional
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = {purpose}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = authority
[authority]
serial = {folder}/tsa-serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = {accuracy}
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
{extra}
"""


class Authority:
    """Keys, a root, a certificate valid from `not_before` to `not_after`, and a serial number, all in
    `folder`.

    `purpose` is the extended key usage as openssl writes it; `accuracy` and `ess` are settings of `openssl
    ts`, and `extra` is a line more of them."""

    def __init__(
        self,
        folder: Path,
        name: str = "Aurelia Time",
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        purpose: str = "critical,timeStamping",
        accuracy: str = "secs:1, millisecs:500, microsecs:100",
        ess: str = "sha256",
        extra: str = "",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.name = folder, name
        self._turn = threading.Lock()  # openssl reads and writes the serial number without a lock
        now = datetime.now(UTC)
        begin, end = not_before or now - timedelta(days=1), not_after or now + timedelta(days=365)
        for file, config in (("root.cnf", f"{name} Root"), ("signer.cnf", name)):
            text = _CONFIG.format(
                name=config, folder=folder, purpose=purpose, accuracy=accuracy, ess=ess, extra=extra
            )
            (folder / file).write_text(text)
        for file, text in (("index.txt", ""), ("serial", "01\n"), ("tsa-serial", "01\n")):
            (folder / file).write_text(text)
        for key in ("root", "signer"):
            self._run(
                "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{key}.key"
            )
        self._run("req", "-x509", "-new", "-config", "root.cnf", "-extensions", "root", "-key", "root.key",
                  "-days", "7300", "-out", "root.pem")  # fmt: skip
        self._run("req", "-new", "-config", "signer.cnf", "-key", "signer.key", "-out", "signer.csr")
        self._run("ca", "-batch", "-notext", "-config", "signer.cnf", "-extensions", "signer", "-in", "signer.csr",
                  "-startdate", f"{begin:%Y%m%d%H%M%SZ}", "-enddate", f"{end:%Y%m%d%H%M%SZ}",
                  "-out", "signer.pem")  # fmt: skip

    @property
    def root_file(self) -> Path:
        return self.folder / "root.pem"

    @property
    def root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.root_file.read_bytes())

    @property
    def signer(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / "signer.pem").read_bytes())

    def stamp(self, request: bytes) -> bytes:
        """The TimeStampResp (DER) to a TimeStampReq (DER), at the machine's time; a refusal is one too."""
        with self._turn:
            (self.folder / "query").write_bytes(request)
            self._run("ts", "-reply", "-config", "signer.cnf", "-queryfile", "query", "-out", "reply")
            return (self.folder / "reply").read_bytes()

    @contextmanager
    def served(self, port: int = 0) -> Iterator[str]:
        """The address at which the authority answers POSTs of application/timestamp-query, while the block
        runs."""
        authority = self

        class Desk(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.headers.get("Content-Type") == "application/timestamp-query"
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                answer = authority.stamp(body) if asked else b""
                self.send_response(200 if asked else 415)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Desk)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            ["openssl", *command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"openssl {command[0]}: {done.stderr}")
