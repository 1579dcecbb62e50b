"""Objects in S3, through the MinIO SDK: the one file that imports it."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import minio
import urllib3
from minio.commonconfig import COMPLIANCE
from minio.error import MinioException, S3Error
from minio.retention import Retention
from urllib3.exceptions import HTTPError, MaxRetryError

from calls.errors import BadConfigurationError, NotFoundError, UnavailableError
from storage.objects.store import ObjectDigest, StoredObject, checked_key

PART_BYTES = 16 * 2**20
CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 60
RETRIES = 3
PIECE_BYTES = 1 << 20
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion"})
_CANNOT_LOCK = frozenset(
    {"NotImplemented", "MethodNotAllowed", "AccessDenied", "InvalidRequest", "ObjectLockConfigurationNotFoundError"}
)
_NO_VERSIONS = frozenset({"NotImplemented", "MethodNotAllowed"})
_REFUSED = frozenset(
    {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "AuthorizationHeaderMalformed"}
)


class S3Store:
    """A bucket. The SDK's own timeouts (300 s, five retries) would stall an archive for half an hour; ours do not."""

    def __init__(
        self, *, endpoint: str, region: str, bucket: str, access_key: str, secret_key: str, locks: bool = False
    ) -> None:
        address = urllib3.util.parse_url(endpoint)
        if address.host is None or address.scheme not in {"http", "https"} or (address.path or "/") != "/":
            raise BadConfigurationError(what="not the address of an S3 server", where=f"[objects] endpoint {endpoint}")
        self._bucket = bucket
        self._endpoint = f"{address.host}:{address.port}" if address.port else address.host
        self._region = region
        self._locks = locks  # a bucket can lock objects only if it was made so
        self._client = minio.Minio(
            endpoint=self._endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=address.scheme == "https",
            region=region,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
                maxsize=10,
                retries=urllib3.Retry(
                    total=RETRIES,
                    redirect=False,  # where it would lead is not the region that was declared
                    backoff_factor=0.2,
                    status_forcelist=(500, 502, 503, 504),
                    raise_on_status=False,
                ),
            ),
        )

    @property
    def where(self) -> str:
        """Server and bucket."""
        return f"s3 {self._endpoint}/{self._bucket}"

    def prepare(self) -> None:
        """Make the bucket where it is missing."""
        with self._translated(""):
            if not self._client.bucket_exists(bucket_name=self._bucket):
                self._client.make_bucket(bucket_name=self._bucket, location=self._region, object_lock=self._locks)

    def put(self, key: str, source: Path, *, sha256: str) -> None:
        """Send a file: in one request with its checksum up to 16 MiB, else in parts, one after another."""
        checked_key(key)
        size = source.stat().st_size
        # Over plain HTTP only this header makes the server compare the body; it is of the whole object, so a
        # multipart upload cannot carry it, and the reading back by the archive is the check
        checksum = {"x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode()}
        with self._translated(key), source.open("rb") as data:
            self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=data,
                length=size,
                part_size=PART_BYTES,
                num_parallel_uploads=1,  # memory: one part at a time
                metadata=dict(checksum) if size <= PART_BYTES else None,
            )

    def put_locked(self, key: str, source: Path, *, sha256: str, until: datetime) -> bool:
        """Send a file and lock it (object lock, compliance mode); where the server cannot, it is only sent."""
        if self.find(key) is None:
            self.put(key, source, sha256=sha256)
        try:
            # after the object: over plain HTTP the SDK refuses to send both at once
            self._client.set_object_retention(
                bucket_name=self._bucket, object_name=key, config=Retention(COMPLIANCE, until)
            )
        except S3Error as error:
            if error.code in _CANNOT_LOCK:
                return False
            with self._translated(key):
                raise
        except (MinioException, HTTPError, OSError, ValueError):
            with self._translated(key):
                raise
        return True

    def read(self, key: str, start: int, length: int) -> bytes:
        """Ask for a range."""
        if length <= 0:  # to the SDK, no length means to the end
            return b""
        return b"".join(self._pieces(key, start, length))

    def find(self, key: str) -> StoredObject | None:
        """HEAD the object."""
        checked_key(key)
        try:
            with self._translated(key):
                found = self._client.stat_object(bucket_name=self._bucket, object_name=key)
        except NotFoundError:
            return None
        return StoredObject(key=key, size_bytes=found.size or 0)

    def digest(self, key: str) -> ObjectDigest:
        """Read the whole object: a GET checks nothing by itself."""
        sha256, size = hashlib.sha256(), 0
        for piece in self._pieces(key, 0, 0):
            sha256.update(piece)
            size += len(piece)
        return ObjectDigest(size_bytes=size, sha256=sha256.hexdigest())

    def delete(self, key: str) -> None:
        """Remove the object, and every version of it that a bucket with versions keeps behind its name."""
        checked_key(key)
        with self._translated(key):
            self._client.remove_object(bucket_name=self._bucket, object_name=key)
            for version in self._versions(key):
                self._client.remove_object(bucket_name=self._bucket, object_name=key, version_id=version)

    def _versions(self, key: str) -> list[str]:
        """Tell what a bucket with versions still keeps of an object; a server without them keeps nothing."""
        listed = self._client.list_objects(bucket_name=self._bucket, prefix=key, recursive=True, include_version=True)
        try:
            return [found.version_id for found in listed if found.object_name == key and found.version_id]
        except S3Error as error:
            if error.code in _NO_VERSIONS:
                return []
            raise

    def all(self, prefix: str) -> Iterator[StoredObject]:
        """List the bucket, page by page."""
        with self._translated(prefix):
            for found in self._client.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True):
                yield StoredObject(key=str(found.object_name), size_bytes=found.size or 0)

    def _pieces(self, key: str, start: int, length: int) -> Iterator[bytes]:
        checked_key(key)
        with self._translated(key):
            try:
                response = self._client.get_object(
                    bucket_name=self._bucket, object_name=key, offset=start, length=length
                )
            except S3Error as error:
                if error.code == "InvalidRange":  # wholly behind the end
                    return
                raise
            try:
                yield from response.stream(PIECE_BYTES)
            finally:
                response.close()
                response.release_conn()

    @contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code in _ABSENT:
                raise NotFoundError(what="there is no such object", where=key) from error
            if error.code in _REFUSED:
                raise BadConfigurationError(
                    what=f"the object store refuses: {error.code}",
                    where=self.where,
                    remedy="see bucket, access_key_file and secret_key_file in [objects]",
                ) from error
            raise UnavailableError(what=f"the object store fails: {error.code}", where=self.where) from error
        except (MinioException, HTTPError, OSError, ValueError) as error:
            raise UnavailableError(
                what=f"the object store does not answer: {_cause(error)}",
                where=self.where,
                remedy="see that it runs and that [objects] endpoint is right",
            ) from error


def _cause(error: BaseException) -> str:
    """Say what the machine said at the bottom of an SDK's error, or else the error's name: its text is for programs."""
    seen: BaseException | None = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    name = type(seen).__name__
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return seen.strerror
        seen = seen.__cause__ or seen.__context__
    return name
