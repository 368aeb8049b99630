"""A login provider that answers as it is told: with tampered tokens, errors, garbage, or not at all."""

import json
import threading
import time
from collections.abc import Callable
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

Claims = dict[str, Any]
CLIENT_ID = "schoolapp-test"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm
    return algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "RS256", "use": "sig"}


class HostileProvider:
    """`claims` are put on top of good ones (None removes a claim); `sign` makes the token; `answers` replaces pages."""

    client_id = CLIENT_ID

    def __init__(self) -> None:
        self.claims: Claims = {}
        self.userinfo: Claims = {}
        self.kid = "key-1"
        self.jwks = [public_jwk(KEY, "key-1")]
        self.sign: Callable[[Claims], str] = self.signed
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.nonce = ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True

    def __enter__(self) -> "HostileProvider":
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.server.shutdown()
        self.server.server_close()

    @cached_property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def discovery(self) -> Claims:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "authorization_response_iss_parameter_supported": True,
        }

    def good_claims(self) -> Claims:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 120,
            "auth_time": now,
            "nonce": self.nonce,
            "acr": "idporten-loa-high",
            "amr": ["BankID"],
            "sid": "sid-1",
        }

    def token(self) -> str:
        merged = self.good_claims() | self.claims
        return self.sign({name: value for name, value in merged.items() if value is not None})

    def signed(self, claims: Claims, *, key: Any = KEY, alg: str = "RS256", **header: Any) -> str:
        return jwt.encode(claims, key, algorithm=alg, headers={"kid": self.kid} | header)

    def count(self, path: str) -> int:
        return sum(1 for asked, _form, _headers in self.requests if asked == path)

    def page(self, path: str) -> tuple[int, str, bytes]:
        contents: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self.discovery,
            "/jwks": lambda: {"keys": self.jwks},
            "/token": lambda: {"access_token": "access", "token_type": "Bearer", "id_token": self.token()},
            "/userinfo": lambda: {"sub": "subject-1"} | self.userinfo,
        }
        return self.answers.get(path) or (200, "application/json", json.dumps(contents[path]()).encode())

    def handler(provider) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer({name: values[0] for name, values in parse_qs(body).items()})

            def answer(self, form: dict[str, str]) -> None:
                path = urlsplit(self.path).path
                provider.requests.append((path, form, dict(self.headers)))
                status, kind, body = provider.page(path)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *args: Any) -> None:
                pass

        return Handler
