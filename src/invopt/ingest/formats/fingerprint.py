"""One pass over a file's bytes: what it is, its hash, and how its text is encoded."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

from invopt.errors import IngestError

_CHUNK_BYTES = 4 << 20
_SAMPLE_BYTES = 256 << 10
_AS_WELL = 0.05  # of coherence, 0 to 1
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Fingerprint:
    """What a file's bytes say: `kind` is text, parquet or excel; `sample` holds bytes around what is
    not ASCII.
    """

    sha256: str
    size_bytes: int
    kind: str
    is_utf8: bool
    ends_with_newline: bool
    head: bytes
    sample: bytes


def fingerprint(path: Path) -> Fingerprint:
    """Read a file once and say what it is.

    Raises `IngestError` for a folder, a missing, special, unreadable or empty file, or a kind that is not
    read.
    """
    _require_file(path)
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, is_utf8, head, last = 0, True, b"", b""
    samples: list[bytes] = []
    sampled = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                if not size:
                    head = chunk[:_SAMPLE_BYTES]
                size += len(chunk)
                last = chunk[-2:]
                digest.update(chunk)
                if is_utf8:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        is_utf8 = False
                if sampled < _SAMPLE_BYTES and not chunk.isascii():
                    part = _not_ascii(chunk, _SAMPLE_BYTES - sampled)
                    samples.append(part)
                    sampled += len(part)
    except OSError as error:
        raise IngestError(
            f"{path.name}: cannot be read ({error.strerror}). Check the file's permissions and the disk."
        ) from error
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    if not size:
        raise IngestError(f"{path.name}: the file is empty. Export it again; nothing was taken in.")
    newline = last.endswith((b"\n", b"\r", b"\n\x00", b"\x00\n"))
    return Fingerprint(digest.hexdigest(), size, _kind(path, head), is_utf8, newline, head, b"".join(samples) or head)


def text_encoding(found: Fingerprint, named: str, file_name: str) -> tuple[str, str | None]:
    """The encoding of a text file, and a note where it had to be guessed.

    A byte order mark decides, then the setting `ingest.encoding`, then valid UTF-8, then a statistical guess.
    Raises `IngestError` where the named encoding is unknown or none can be recognised.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if found.head.startswith(mark):
            return encoding, None
    if named:
        try:
            return codecs.lookup(named).name, None
        except LookupError as error:
            raise IngestError(
                f"{file_name}: the setting ingest.encoding names {named!r}, which is no encoding. "
                "Write one like utf-8, cp1252 or iso8859-2."
            ) from error
    if b"\x00" in found.head:
        raise IngestError(
            f"{file_name}: this is not a text file (it holds zero bytes). Bring it as CSV, Parquet or "
            "Excel, or "
            "name its encoding in the setting ingest.encoding."
        )
    if found.is_utf8:
        return "utf-8", None
    from charset_normalizer import from_bytes

    matches = from_bytes(found.sample)
    best = matches.best()
    if best is None:
        raise IngestError(
            f"{file_name}: its encoding is not recognised. Name it in the setting ingest.encoding, e.g. cp1252."
        )
    # Single-byte encodings read a short text alike; where the commonest reads it as well as any, it is taken.
    alike = {
        name for match in matches if match.coherence >= best.coherence - _AS_WELL
        for name in (match.encoding, *match.could_be_from_charset)
    }  # fmt: skip
    encoding = "cp1252" if "cp1252" in alike else codecs.lookup(best.encoding).name
    return encoding, f"read as {encoding} (guessed; the setting ingest.encoding names another)"


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise IngestError(f"{path}: this is a folder. Name the files in it, or put them into the inbox.")
    if not path.exists():
        raise IngestError(f"{path}: no such file. Check the spelling; links must lead to a file.")
    if not path.is_file():
        raise IngestError(f"{path}: this is no ordinary file. Save it as CSV, Parquet or Excel first.")


def _kind(path: Path, head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise IngestError(f"{path.name}: this is the old Excel format. Save it as .xlsx and bring it again.")
    if head.startswith(b"\x1f\x8b"):
        raise IngestError(f"{path.name}: this file is packed (gzip). Unpack it first.")
    if head.startswith(b"PK"):
        if path.suffix.casefold() in (".xlsx", ".xlsm"):
            return "excel"
        raise IngestError(f"{path.name}: this file is packed (zip). Unpack it, or rename a workbook to .xlsx.")
    suffix = path.suffix.casefold()
    if suffix in (".parquet", ".pq"):
        raise IngestError(
            f"{path.name}: the name says Parquet, but it does not begin like one. Export or copy it again."
        )
    if suffix in (".xlsx", ".xlsm"):
        raise IngestError(f"{path.name}: the name says Excel, but it does not begin like one. Save or copy it again.")
    return "text"


def _not_ascii(chunk: bytes, room: int) -> bytes:
    """The lines of a chunk that hold bytes beyond ASCII, as many as there is room for."""
    lines = (line for line in chunk.splitlines(keepends=True) if not line.isascii())
    kept, length = [], 0
    for line in lines:
        kept.append(line)
        length += len(line)
        if length >= room:
            break
    return b"".join(kept)[:room]
