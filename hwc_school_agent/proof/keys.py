"""The signing key: Ed25519, in the file ``ledger.key``, encrypted where there is the credential ``ledger__key``.

Without the credential it lies there as it is, mode 0600: whoever reads the state directory can sign. While a key is
being replaced the file holds both, so that a crash in between loses neither.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from hwc_school_agent.domain.signed_note import Note, Signed, key_id
from hwc_school_agent.host.kept_file import replace_file
from hwc_school_agent.proof.damage import Damage, LedgerDamaged

FILE = "ledger.key"
_MAGIC = b"hwc-school-agent ledger key 1\n"
_SEED, _SALT, _NONCE, _TAG = 32, 16, 12, 16
_LARGEST = 4096


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that can sign. Shows nothing of itself."""

    seed: bytes = field(repr=False)
    public: bytes

    @classmethod
    def of(cls, seed: bytes) -> SigningKey:
        """The key that 32 random bytes make."""
        return cls(seed, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())

    @classmethod
    def new(cls) -> SigningKey:
        """A key that nobody has."""
        return cls.of(os.urandom(_SEED))

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(data)

    def note(self, name: str, body: str) -> Note:
        """``body`` as a note that this key signed under ``name``."""
        return Note(body, (Signed(name, key_id(name, self.public), self.sign(body.encode())),))


def holds(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the key with this public half signed exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def note_holds(note: Note, name: str, public: bytes) -> bool:
    """Whether ``note`` carries exactly one signature: by this key, under this name."""
    if len(note.signed) != 1:
        return False
    (one,) = note.signed
    named = one.name == name and one.key_id == key_id(name, public)
    return named and holds(public, one.signature, note.body.encode())


def write_keys(directory: Path, keys: tuple[SigningKey, ...], secret: str) -> None:
    """Put these keys into the file, encrypted if ``secret`` is not empty. Raises ``OSError``."""
    seeds = b"".join(key.seed for key in keys)
    if secret:
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        row = b"sealed " + base64.b64encode(salt + nonce + _cipher(secret, salt).encrypt(nonce, seeds, _MAGIC))
    else:
        row = b"plain " + base64.b64encode(seeds)
    replace_file(directory, FILE, _MAGIC + row + b"\n")


def read_keys(directory: Path, secret: str) -> tuple[SigningKey, ...]:
    """The keys in the file: one, or two after a change that broke off. Raises ``LedgerDamaged`` or ``OSError``."""
    word, data = _read(directory)
    if word == b"sealed":
        salt, nonce, text = data[:_SALT], data[_SALT : _SALT + _NONCE], data[_SALT + _NONCE :]
        if len(text) < _TAG:
            raise LedgerDamaged(Damage.KEY_BROKEN)
        if not secret:
            raise LedgerDamaged(Damage.KEY_LOCKED)
        try:
            data = _cipher(secret, salt).decrypt(nonce, text, _MAGIC)
        except InvalidTag:
            raise LedgerDamaged(Damage.KEY_LOCKED) from None
    if len(data) not in (_SEED, 2 * _SEED):
        raise LedgerDamaged(Damage.KEY_BROKEN)
    return tuple(SigningKey.of(data[at : at + _SEED]) for at in range(0, len(data), _SEED))


def is_encrypted(directory: Path) -> bool:
    """Whether the key lies there encrypted. Raises ``LedgerDamaged`` or ``OSError``."""
    return _read(directory)[0] == b"sealed"


def _read(directory: Path) -> tuple[bytes, bytes]:
    """Whether it is plain or sealed, and what follows."""
    try:
        with open(directory / FILE, "rb") as stream:
            data = stream.read(_LARGEST)
    except FileNotFoundError:
        raise LedgerDamaged(Damage.KEY_MISSING) from None
    word, _, coded = data.removeprefix(_MAGIC).partition(b" ")
    try:
        if not data.startswith(_MAGIC) or word not in (b"plain", b"sealed") or coded[-1:] != b"\n":
            raise ValueError
        return word, base64.b64decode(coded[:-1], validate=True)
    except ValueError:
        raise LedgerDamaged(Damage.KEY_BROKEN) from None


def _cipher(secret: str, salt: bytes) -> ChaCha20Poly1305:
    # scrypt: a credential that a person made up must not be cheap to guess; 32 MB, some 100 ms, once a day
    key = hashlib.scrypt(secret.encode(), salt=salt, n=1 << 15, r=8, p=1, maxmem=1 << 26, dklen=32)
    return ChaCha20Poly1305(key)
