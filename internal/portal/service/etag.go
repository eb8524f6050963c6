package service

import (
	"fmt"
	"strings"
)

// etag is the strong entity tag (RFC 9110, section 8.8.3) of an object in one version. Versions count the changes of
// what can be written.
func etag(version int64) string { return fmt.Sprintf(`"v%d"`, version) }

// matches evaluates an If-Match header (RFC 9110, section 13.1.1) for an object that exists, in a version that is as
// good as all since an earlier one. None, and "*", match every version.
func matches(ifMatch string, version, since int64) bool {
	if ifMatch = strings.TrimSpace(ifMatch); ifMatch == "" || ifMatch == "*" {
		return true
	}
	for tag := range strings.SplitSeq(ifMatch, ",") {
		tag = strings.TrimSpace(tag)
		for equal := since; equal <= version; equal++ {
			if tag == etag(equal) {
				return true
			}
		}
	}
	return false
}
