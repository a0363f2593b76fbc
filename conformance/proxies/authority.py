"""A certificate authority of its own for a run, and a certificate for 127.0.0.1."""

import subprocess
from pathlib import Path

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
STORE_PASSWORD = "changeit"


class Authority:
    """The files in `folder`: `ca.pem`, `tls.pem` and `tls.key`, both together in `haproxy.pem`, and `trust.p12` for Java."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root, self.certificate, self.key = (self.folder / name for name in ("ca.pem", "tls.pem", "tls.key"))
        self._openssl(
            "req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Countersign conformance", "-addext", "basicConstraints=critical,CA:TRUE",
        )  # fmt: skip
        self._openssl("req", *NEW_KEY, "-keyout", "tls.key", "-out", "tls.csr", "-subj", "/CN=127.0.0.1")
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self._openssl(
            "x509", "-req", "-in", "tls.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "tls.pem", "-days", "2", "-extfile", "names",
        )  # fmt: skip
        (self.folder / "haproxy.pem").write_text(self.certificate.read_text() + self.key.read_text())
        self._run(
            "keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.pem",
            "-keystore", "trust.p12", "-storetype", "PKCS12", "-storepass", STORE_PASSWORD,
        )  # fmt: skip

    def environment(self):
        """The variables by which the SDKs trust this authority."""
        root, store = str(self.root), str(self.folder / "trust.p12")
        java = f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStorePassword={STORE_PASSWORD}"
        return {
            "NODE_EXTRA_CA_CERTS": root,
            "REQUESTS_CA_BUNDLE": root,
            "SSL_CERT_FILE": root,
            "JAVA_TOOL_OPTIONS": java,
        }

    def _openssl(self, *arguments):
        self._run("openssl", *arguments)

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            raise RuntimeError(f"`{' '.join(command[:2])}` failed: {done.stderr.strip()}")
