package server

import "github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"

// Parameters of requests.
var (
	idParameter = parameter{
		in: "path", name: "id", description: "The id that the portal gave the object: a text of any form, without a slash.",
		schema: map[string]any{"type": "string", "minLength": 1},
	}
	userIDParameter = parameter{
		in: "path", name: "user_id", description: "The id that the portal gave the user.",
		schema: map[string]any{"type": "string", "minLength": 1},
	}
	publicationParameter = parameter{
		in: "path", name: "publication", description: "The id that the portal gave the planned publication.",
		schema: map[string]any{"type": "string", "minLength": 1},
	}
	discardParameter = parameter{
		in: "query", name: "discard_planned_work", description: "Whether the planned publications of the user go too. Otherwise a user who has any stays.",
		schema: map[string]any{"type": "boolean", "default": false},
	}
	lastAdministratorParameter = parameter{
		in: "query", name: "last_administrator",
		description: "Whether the last administrator of the organisation may go, because the organisation is given up. Otherwise the last one stays.",
		schema:      map[string]any{"type": "boolean", "default": false},
	}
	limitParameter = parameter{
		in: "query", name: "limit", description: "The most items on the page.",
		schema: map[string]any{"type": "integer", "minimum": 1, "maximum": portal.MaxPageSize, "default": portal.DefaultPageSize},
	}
	afterParameter = parameter{
		in: "query", name: "after", description: "The cursor of the previous page: its field next.",
		schema: map[string]any{"type": "string", "minLength": 1},
	}
	idsParameter = parameter{
		in: "query", name: "id", description: "Only the objects with these ids, those that do not exist aside.",
		schema: map[string]any{"type": "array", "items": map[string]any{"type": "string", "minLength": 1}, "maxItems": portal.MaxIDs}, most: portal.MaxIDs,
	}
	pageEndsParameter = parameter{
		in: "query", name: "page_ends",
		description: "Whether page_ends says where all pages of this size end, so that they can be read side by side. For the whole list, not for a selection.",
		schema:      map[string]any{"type": "boolean", "default": false},
	}
	objectIDParameter = parameter{
		in: "query", name: "object_id", description: "Only what was done to the object with this id.",
		schema: map[string]any{"type": "string", "minLength": 1},
	}
	ifMatchParameter = parameter{
		in: "header", name: "If-Match", description: "The ETag that the object must still have; otherwise the answer is 412 and nothing happens.",
		schema: map[string]any{"type": "string"},
	}
	userIfMatchParameter = parameter{
		in: "header", name: "If-Match", description: "The ETag that the user must still have; otherwise the answer is 412 and nothing happens.",
		schema: map[string]any{"type": "string"},
	}
	managedByParameter = parameter{
		in: "header", name: "Managed-By",
		description: "Who manages the object from now on, such as the name of a Terraform configuration. It is stored and answered as managed_by. Left out, who manages it stays; empty, it is nobody.",
		schema:      map[string]any{"type": "string", "maxLength": portal.MaxManagedByLength, "pattern": "^[ -~]*$"},
	}
	idempotencyKeyParameter = parameter{
		in: "header", name: "Idempotency-Key", description: "A random key for one create and its retries. The same request with the same key within 24 hours makes no second object and writes nothing: it is answered with the first one.",
		schema: map[string]any{"type": "string", "minLength": 1, "maxLength": maxKeyLength, "pattern": "^[ -~]+$"},
	}
	requestIDParameter = parameter{
		in: "header", name: "X-Request-Id", description: "An id for the request, which the answer and the portal's log repeat. Another one than letters, digits and . _ - is replaced.",
		schema: map[string]any{"type": "string"},
	}
)

// Headers of answers.
var (
	etagHeader      = header{"ETag", "The version of the object, for If-Match. The field etag has the same value."}
	locationHeader  = header{"Location", "The path of the new object."}
	replayedHeader  = header{"Idempotency-Replayed", "Is true when an earlier request with the same Idempotency-Key made the object."}
	requestIDHeader = header{"X-Request-Id", "The id of the request, by which the portal's log has it."}
	challengeHeader = header{"WWW-Authenticate", "How to authenticate (RFC 6750)."}
	retryHeader     = header{"Retry-After", "Seconds to wait before the request is sent again."}
)
