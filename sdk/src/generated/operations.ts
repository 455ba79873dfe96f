// Written by sdk/generate.ts from the routes of the server: change those and run it again.
export const OPERATIONS = {
  "chat.completions": {
    "method": "POST",
    "path": "/v1/chat/completions",
    "summary": "Chat with a model; streams with stream: true",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "completions.create": {
    "method": "POST",
    "path": "/v1/completions",
    "summary": "Complete a text",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "embeddings.create": {
    "method": "POST",
    "path": "/v1/embeddings",
    "summary": "Turn texts into vectors",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.create": {
    "method": "POST",
    "path": "/v1/responses",
    "summary": "The Responses API, where the upstream has it",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "messages.create": {
    "method": "POST",
    "path": "/v1/messages",
    "summary": "The Messages API, where the upstream has it",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "moderations.create": {
    "method": "POST",
    "path": "/v1/moderations",
    "summary": "Classify a text",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "rerank.create": {
    "method": "POST",
    "path": "/v1/rerank",
    "summary": "Order documents by relevance",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "images.generate": {
    "method": "POST",
    "path": "/v1/images/generations",
    "summary": "Make images",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "images.edit": {
    "method": "POST",
    "path": "/v1/images/edits",
    "summary": "Change an image",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "images.vary": {
    "method": "POST",
    "path": "/v1/images/variations",
    "summary": "Vary an image",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "audio.speech": {
    "method": "POST",
    "path": "/v1/audio/speech",
    "summary": "Read a text aloud",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "audio.transcribe": {
    "method": "POST",
    "path": "/v1/audio/transcriptions",
    "summary": "Write down what is said",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "audio.translate": {
    "method": "POST",
    "path": "/v1/audio/translations",
    "summary": "Write down in English what is said",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "models.list": {
    "method": "GET",
    "path": "/v1/models",
    "summary": "The models that the key may use",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "models.get": {
    "method": "GET",
    "path": "/v1/models/{model}",
    "summary": "One model",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "keys.create": {
    "method": "POST",
    "path": "/v1/keys",
    "summary": "Mint a key",
    "description": "The secret is in the answer and nowhere else, ever. Give either role or scopes. Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.list": {
    "method": "GET",
    "path": "/v1/keys",
    "summary": "List keys",
    "description": "Newest first. Without owners:manage, those of the caller's owner. Scope: keys:read.",
    "scope": "keys:read"
  },
  "keys.self": {
    "method": "GET",
    "path": "/v1/keys/self",
    "summary": "The caller's own key",
    "description": "With what is left of its limits and budgets. Needs no scope. Any key.",
    "scope": null
  },
  "keys.get": {
    "method": "GET",
    "path": "/v1/keys/{id}",
    "summary": "One key",
    "description": "Scope: keys:read.",
    "scope": "keys:read"
  },
  "keys.update": {
    "method": "PATCH",
    "path": "/v1/keys/{id}",
    "summary": "Change a key",
    "description": "What is named is replaced, the rest stays. Acknowledged when every node acts on it. Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.delete": {
    "method": "DELETE",
    "path": "/v1/keys/{id}",
    "summary": "Revoke a key",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.revoke_self": {
    "method": "POST",
    "path": "/v1/keys/self/revoke",
    "summary": "Revoke the caller's own key",
    "description": "For whoever finds that its key has leaked. Needs no scope. Any key.",
    "scope": null
  },
  "keys.rotate": {
    "method": "POST",
    "path": "/v1/keys/{id}/rotate",
    "summary": "Give a key a new secret",
    "description": "The old one goes on for overlap_seconds (86,400), or with end: \"quiet\" until it was not used for quiet_seconds (3,600). Who still uses it: secrets[].last_used_at and last_used_from. Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.end_secret": {
    "method": "POST",
    "path": "/v1/keys/{id}/secrets/{secret_id}/end",
    "summary": "End the old secret of a rotation at once",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.disable": {
    "method": "POST",
    "path": "/v1/keys/{id}/disable",
    "summary": "Disable a key for a while",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.enable": {
    "method": "POST",
    "path": "/v1/keys/{id}/enable",
    "summary": "Enable a disabled or quarantined key",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.quarantine": {
    "method": "POST",
    "path": "/v1/keys/{id}/quarantine",
    "summary": "Leave a key only what reads, 60 requests a minute",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.revoke": {
    "method": "POST",
    "path": "/v1/keys/{id}/revoke",
    "summary": "Revoke a key",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.restore": {
    "method": "POST",
    "path": "/v1/keys/{id}/restore",
    "summary": "Restore a key revoked within the last 30 days",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.verify": {
    "method": "POST",
    "path": "/v1/keys/verify",
    "summary": "Ask whether a key is good, for what, now",
    "description": "Answers 200 to every well-formed question. Takes from the limits of the key unless consume is false. Scope: keys:verify.",
    "scope": "keys:verify"
  },
  "keys.report": {
    "method": "POST",
    "path": "/v1/keys/report",
    "summary": "Report a key that was found lying about",
    "description": "Needs no key. Always the same answer; a real key is quarantined. Needs no key.",
    "scope": null
  },
  "keys.import": {
    "method": "POST",
    "path": "/v1/keys/import",
    "summary": "Import keys that exist elsewhere",
    "description": "NDJSON, a key a line, with its text (secret) or the SHA-256 of it (sha256); NDJSON back, an outcome a line. A bad line is reported and stops nothing; repeating is harmless. What was reported is stored, also when the import breaks off (broken_off names the first line that may not be). Scope: keys:write.",
    "scope": "keys:write"
  },
  "owners.create": {
    "method": "POST",
    "path": "/v1/owners",
    "summary": "Make an owner of keys",
    "description": "Scope: owners:manage.",
    "scope": "owners:manage"
  },
  "owners.list": {
    "method": "GET",
    "path": "/v1/owners",
    "summary": "List owners",
    "description": "Without owners:manage, the caller's own. Scope: keys:read.",
    "scope": "keys:read"
  },
  "owners.get": {
    "method": "GET",
    "path": "/v1/owners/{id}",
    "summary": "One owner",
    "description": "Scope: keys:read.",
    "scope": "keys:read"
  },
  "owners.update": {
    "method": "PATCH",
    "path": "/v1/owners/{id}",
    "summary": "Rename, suspend or reactivate an owner",
    "description": "Suspending ends all keys of the owner at once, until it is active again. Scope: owners:manage.",
    "scope": "owners:manage"
  },
  "owners.delete": {
    "method": "DELETE",
    "path": "/v1/owners/{id}",
    "summary": "Delete an owner and end its keys",
    "description": "Scope: owners:manage.",
    "scope": "owners:manage"
  },
  "upstreams.add": {
    "method": "POST",
    "path": "/v1/upstreams",
    "summary": "Add a server of models",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.list": {
    "method": "GET",
    "path": "/v1/upstreams",
    "summary": "List upstreams",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.get": {
    "method": "GET",
    "path": "/v1/upstreams/{id}",
    "summary": "One upstream",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.update": {
    "method": "PATCH",
    "path": "/v1/upstreams/{id}",
    "summary": "Change an upstream",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.remove": {
    "method": "DELETE",
    "path": "/v1/upstreams/{id}",
    "summary": "Remove an upstream",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.test": {
    "method": "POST",
    "path": "/v1/upstreams/{id}/test",
    "summary": "Send an upstream one real request",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "usage.report": {
    "method": "GET",
    "path": "/v1/usage",
    "summary": "What was used",
    "description": "Without owners:manage, by the keys of the caller's owner. Times are UTC; steps without use are left out. Scope: usage:read.",
    "scope": "usage:read"
  },
  "keys.usage": {
    "method": "GET",
    "path": "/v1/keys/{id}/usage",
    "summary": "What one key used",
    "description": "Scope: usage:read.",
    "scope": "usage:read"
  },
  "audit.list": {
    "method": "GET",
    "path": "/v1/audit",
    "summary": "What was done, by whom",
    "description": "Newest first. Each record holds the hash of the one before it. Scope: audit:read.",
    "scope": "audit:read"
  },
  "audit.checkpoint": {
    "method": "GET",
    "path": "/v1/audit/checkpoint",
    "summary": "The signed head of the record",
    "description": "Keep it elsewhere: whoever rewrites the database cannot rewrite it. Scope: audit:read.",
    "scope": "audit:read"
  },
  "system.health": {
    "method": "GET",
    "path": "/healthz",
    "summary": "The process lives",
    "description": "Needs no key.",
    "scope": null
  },
  "system.ready": {
    "method": "GET",
    "path": "/readyz",
    "summary": "Storage is writable and requests are served",
    "description": "503 names the part that is not. The local model is reported and does not count. Needs no key.",
    "scope": null
  },
  "system.metrics": {
    "method": "GET",
    "path": "/metrics",
    "summary": "Prometheus metrics",
    "description": "From the machine itself without a key, where no proxy stands before it. Scope: metrics:read.",
    "scope": "metrics:read"
  },
  "auth.check": {
    "method": "GET",
    "path": "/v1/auth",
    "summary": "Whether the key is good",
    "description": "Any key.",
    "scope": null
  }
} as const;
