package server

import (
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
)

// compressFrom is the length of an answer, in bytes, from which it is compressed for a client that takes it so. Below,
// it fits into a packet or two, and nothing is won.
const compressFrom = 2048

// compressed compresses what is long: pages of lists. The API has no cookies and repeats nothing of a request beside a
// secret, so that the length of an answer tells a stranger nothing (BREACH); the pages for people do, and are not
// compressed.
func compressed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressFrom), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.ContentTypes([]string{"application/json"}))
	if err != nil {
		panic(err) // of constants that the library does not take
	}
	return wrap(next)
}
