"""Authenticated encryption by name (AES-256-GCM, SM4-GCM): bytes bound to purpose, owner and place."""

import os
from typing import Literal, NamedTuple, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CipherName = Literal["AES-256-GCM", "SM4-GCM"]
KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16


class Where(NamedTuple):
    """What sealed bytes are bound to; opened elsewhere they are refused."""

    purpose: Literal["key", "value", "file", "ticket"]
    subject: str
    ref: str


def cipher_named(name: str) -> CipherName | None:
    """The cipher stored under ``name``."""
    return next((known for known in get_args(CipherName) if known == name), None)


class CipherKey:
    """A key made ready for one cipher: derived from ``key`` for that cipher alone, so that no key serves two."""

    __slots__ = ("_aes", "_own")

    def __init__(self, cipher: CipherName, key: bytes) -> None:
        length = 32 if cipher == "AES-256-GCM" else 16
        own = HKDFExpand(algorithm=SHA256(), length=length, info=f"gongkai/{cipher}".encode()).derive(key)
        self._aes = AESGCM(own) if cipher == "AES-256-GCM" else None
        self._own = own

    def seal(self, plain: bytes, where: Where) -> tuple[bytes, bytes]:
        """(nonce, ciphertext with tag) of ``plain``, bound to purpose, subject and reference."""
        nonce, bound = os.urandom(NONCE_BYTES), _bound(where)
        if self._aes is not None:
            return nonce, self._aes.encrypt(nonce, plain, bound)
        sealing = Cipher(algorithms.SM4(self._own), modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(bound)
        return nonce, sealing.update(plain) + sealing.finalize() + sealing.tag

    def open(self, nonce: bytes, body: bytes, where: Where) -> bytes:
        """The plain bytes. Raises ``InvalidTag`` when anything about them was changed."""
        if len(nonce) != NONCE_BYTES or len(body) < TAG_BYTES:
            raise InvalidTag
        bound = _bound(where)
        if self._aes is not None:
            return self._aes.decrypt(nonce, body, bound)
        opening = Cipher(algorithms.SM4(self._own), modes.GCM(nonce, body[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(bound)
        return opening.update(body[:-TAG_BYTES]) + opening.finalize()


def _bound(where: Where) -> bytes:
    return "\n".join(where).encode()
