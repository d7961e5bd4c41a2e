package gcs

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"crosscloud/infra/twin/state"
)

// Base64MD5 and Base64CRC32C are the checksums as Cloud Storage writes them; the second is in network byte order.
// https://cloud.google.com/storage/docs/json_api/v1/objects#resource
func Base64MD5(o state.StorageObject) string { return base64.StdEncoding.EncodeToString(o.MD5) }

// Base64CRC32C is described at Base64MD5.
func Base64CRC32C(o state.StorageObject) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, o.CRC32C))
}

// SelfLink is the address of an object's metadata.
func SelfLink(o state.StorageObject) string {
	return "https://www.googleapis.com/storage/v1/b/" + o.Bucket + "/o/" + url.PathEscape(o.Name)
}

// MediaLink is the address of its contents.
func MediaLink(o state.StorageObject) string {
	return fmt.Sprintf("https://storage.googleapis.com/download/storage/v1/b/%s/o/%s?generation=%d&alt=media", o.Bucket, url.PathEscape(o.Name), o.Generation)
}

func etag(o state.StorageObject) string {
	return `"` + base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(o.Generation))) + `"`
}

// resource is an object's metadata as the API shows it; 64-bit numbers are strings in Google's JSON.
func resource(o state.StorageObject) map[string]any {
	generation := strconv.FormatInt(o.Generation, 10)
	created := o.Created.Format(time.RFC3339Nano)
	return map[string]any{
		"kind": "storage#object", "id": o.Bucket + "/" + o.Name + "/" + generation,
		"selfLink": SelfLink(o), "mediaLink": MediaLink(o),
		"name": o.Name, "bucket": o.Bucket, "generation": generation, "metageneration": "1",
		"contentType": o.ContentType, "storageClass": o.StorageClass, "size": strconv.FormatInt(o.Size, 10),
		"md5Hash": Base64MD5(o), "crc32c": Base64CRC32C(o), "etag": etag(o),
		"timeCreated": created, "updated": created, "timeStorageClassUpdated": created,
	}
}
