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
    "summary": "Responses API, if the upstream supports it",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.compact": {
    "method": "POST",
    "path": "/v1/responses/compact",
    "summary": "Make a conversation shorter, if the upstream supports it",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.input_tokens": {
    "method": "POST",
    "path": "/v1/responses/input_tokens",
    "summary": "Count the tokens of a response, if the upstream supports it. Takes nothing from budgets",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "messages.create": {
    "method": "POST",
    "path": "/v1/messages",
    "summary": "Messages API, if the upstream supports it",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "messages.count_tokens": {
    "method": "POST",
    "path": "/v1/messages/count_tokens",
    "summary": "Count the tokens of a message, if the upstream supports it. Takes nothing from budgets",
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
    "summary": "Edit an image",
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
    "summary": "Transcribe a recording",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "audio.translate": {
    "method": "POST",
    "path": "/v1/audio/translations",
    "summary": "Translate a recording into English text",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "files.create": {
    "method": "POST",
    "path": "/v1/files",
    "summary": "Upload a file with the requests of a batch",
    "description": "A form with the parts file and purpose, in any order. KEYWARD_BATCH_FILE_MAX_MIB limits its size. Scope: batches:write.",
    "scope": "batches:write"
  },
  "files.list": {
    "method": "GET",
    "path": "/v1/files",
    "summary": "List your files, newest first",
    "description": "Scope: batches:read.",
    "scope": "batches:read"
  },
  "files.get": {
    "method": "GET",
    "path": "/v1/files/{id}",
    "summary": "One file",
    "description": "Scope: batches:read.",
    "scope": "batches:read"
  },
  "files.delete": {
    "method": "DELETE",
    "path": "/v1/files/{id}",
    "summary": "Delete a file and its content",
    "description": "Scope: batches:write.",
    "scope": "batches:write"
  },
  "files.content": {
    "method": "GET",
    "path": "/v1/files/{id}/content",
    "summary": "The content of a file, of requests or of results",
    "description": "Scope: batches:read.",
    "scope": "batches:read"
  },
  "batches.create": {
    "method": "POST",
    "path": "/v1/batches",
    "summary": "Run the requests of a file, within a time",
    "description": "They run with the key of this request, which needs the scope models:use too. Scope: batches:write.",
    "scope": "batches:write"
  },
  "batches.list": {
    "method": "GET",
    "path": "/v1/batches",
    "summary": "List your batches, newest first",
    "description": "Scope: batches:read.",
    "scope": "batches:read"
  },
  "batches.get": {
    "method": "GET",
    "path": "/v1/batches/{id}",
    "summary": "One batch, with the counts of its requests",
    "description": "Scope: batches:read.",
    "scope": "batches:read"
  },
  "batches.cancel": {
    "method": "POST",
    "path": "/v1/batches/{id}/cancel",
    "summary": "End a batch; the answers so far are kept",
    "description": "Scope: batches:write.",
    "scope": "batches:write"
  },
  "responses.get": {
    "method": "GET",
    "path": "/v1/responses/{id}",
    "summary": "A stored response, from the upstream that has it. Takes nothing from budgets",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.delete": {
    "method": "DELETE",
    "path": "/v1/responses/{id}",
    "summary": "Delete a stored response",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.cancel": {
    "method": "POST",
    "path": "/v1/responses/{id}/cancel",
    "summary": "Cancel a background response",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "responses.input_items": {
    "method": "GET",
    "path": "/v1/responses/{id}/input_items",
    "summary": "The items that a stored response was made from",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "models.list": {
    "method": "GET",
    "path": "/v1/models",
    "summary": "List the models that the key may use",
    "description": "With the header anthropic-version, in the form of the Messages API. Scope: models:use.",
    "scope": "models:use"
  },
  "models.get": {
    "method": "GET",
    "path": "/v1/models/{model}",
    "summary": "One model",
    "description": "With the header anthropic-version, in the form of the Messages API. Scope: models:use.",
    "scope": "models:use"
  },
  "session.get": {
    "method": "GET",
    "path": "/v1/session",
    "summary": "Who is signed in, and how to sign in",
    "description": "For pages of this server: reads the session cookie. The answer is 200 without a session too. Needs no key.",
    "scope": null
  },
  "session.create": {
    "method": "POST",
    "path": "/v1/session",
    "summary": "Sign in",
    "description": "Sets the session cookie. With users: username and password. Without: the one password, or an admin key. Needs X-Keyward-Session: 1. Needs no key.",
    "scope": null
  },
  "session.delete": {
    "method": "DELETE",
    "path": "/v1/session",
    "summary": "Sign out",
    "description": "Ends the session, with its running requests, on every node, and removes the cookie. Needs a session, no key.",
    "scope": null
  },
  "session.list": {
    "method": "GET",
    "path": "/v1/sessions",
    "summary": "List your sessions",
    "description": "The newest 1,000; has_more says whether there are others. With all=true, for administrators, those of all users. Needs a session, no key.",
    "scope": null
  },
  "session.end_others": {
    "method": "DELETE",
    "path": "/v1/sessions",
    "summary": "End all your other sessions",
    "description": "Their running requests end on every node. Needs a session, no key.",
    "scope": null
  },
  "session.end": {
    "method": "DELETE",
    "path": "/v1/sessions/{id}",
    "summary": "End a session",
    "description": "One of your own; administrators end any. Its running requests end on every node. Needs a session, no key.",
    "scope": null
  },
  "session.setup": {
    "method": "POST",
    "path": "/v1/session/setup",
    "summary": "Set the first password, or let users in",
    "description": "With password alone: the one password of an instance that has none. With username too: the first administrator, and users from then on, permanently. All older sessions end. Needs a session, no key.",
    "scope": null
  },
  "session.change_password": {
    "method": "POST",
    "path": "/v1/session/password",
    "summary": "Change your password",
    "description": "Without users: the one password; an admin key counts as the present one. All other sessions end, and this browser gets a new one. Needs a session, no key.",
    "scope": null
  },
  "session.recovery_codes": {
    "method": "POST",
    "path": "/v1/session/recovery-codes",
    "summary": "Get new recovery codes",
    "description": "Two of them replace a lost password. They are shown once; the former ones end. Needs a session, no key.",
    "scope": null
  },
  "session.recover": {
    "method": "POST",
    "path": "/v1/session/recover",
    "summary": "Set a new password with recovery codes",
    "description": "Takes two codes. All sessions of the user end, and this browser is signed in. Needs no key.",
    "scope": null
  },
  "session.invite": {
    "method": "GET",
    "path": "/v1/session/invites/{code}",
    "summary": "Whether an invite is good",
    "description": "Needs no key.",
    "scope": null
  },
  "session.accept_invite": {
    "method": "POST",
    "path": "/v1/session/invites/{code}",
    "summary": "Become a user with an invite",
    "description": "Each invite works once. This browser is signed in. Needs no key.",
    "scope": null
  },
  "keys.create": {
    "method": "POST",
    "path": "/v1/keys",
    "summary": "Mint a key",
    "description": "The answer contains the secret, and nothing else ever does. Send either role or scopes. The use of a child counts against each of its ancestors, and the child ends with them. Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.list": {
    "method": "GET",
    "path": "/v1/keys",
    "summary": "List keys",
    "description": "Newest first. Without owners:manage, only keys of the caller's owner. Scope: keys:read.",
    "scope": "keys:read"
  },
  "keys.self": {
    "method": "GET",
    "path": "/v1/keys/self",
    "summary": "Get the caller's own key",
    "description": "Includes the rest of all limits and budgets that its requests count against: its own, its ancestors' and its owners'. Needs no scope. Any key.",
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
    "description": "Replaces the named fields; all others stay. Running requests of the key and of its children end if they need a right that the change takes away. The answer arrives when every node acts on the change and these requests have ended: acknowledged counts them. Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.delete": {
    "method": "DELETE",
    "path": "/v1/keys/{id}",
    "summary": "Revoke a key",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "keys.scopes": {
    "method": "GET",
    "path": "/v1/keys/{id}/scopes",
    "summary": "Which scopes of a key are used",
    "description": "A request uses the scope that its route asks for, and each other one that changes its answer. Work that goes on after the request uses scopes too, such as a job that runs. So does a key that gives scopes to another key. What a child uses, its ancestors use. The record has days, and is written within a second. Scope: keys:read.",
    "scope": "keys:read"
  },
  "keys.revoke_self": {
    "method": "POST",
    "path": "/v1/keys/self/revoke",
    "summary": "Revoke the caller's own key",
    "description": "For a client that finds that its key has leaked. Needs no scope. Any key.",
    "scope": null
  },
  "keys.rotate": {
    "method": "POST",
    "path": "/v1/keys/{id}/rotate",
    "summary": "Rotate a key: add a new secret",
    "description": "The old secret works for overlap_seconds (default: 86,400). With end: \"quiet\" it works until it has had no use for quiet_seconds (default: 3,600). secrets[].last_used_at and last_used_from show its last use. Scope: keys:write.",
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
    "summary": "Quarantine a key: it may only read, 60 requests a minute",
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
    "summary": "Verify a key for a scope, a resource and an address",
    "description": "Answers 200 to every valid request. It counts as a use of the key unless consume is false. Scope: keys:verify.",
    "scope": "keys:verify"
  },
  "keys.explain": {
    "method": "POST",
    "path": "/v1/keys/{id}/explain",
    "summary": "Explain what a key may do now, and which check refuses a use of it",
    "description": "The same checks as keys.verify, without the text of the key. It leaves no trace. limits are those of the process that answers. Scope: keys:read.",
    "scope": "keys:read"
  },
  "keys.report": {
    "method": "POST",
    "path": "/v1/keys/report",
    "summary": "Report a leaked key",
    "description": "Needs no key. The answer is always the same. A real key is quarantined. Needs no key.",
    "scope": null
  },
  "keys.import": {
    "method": "POST",
    "path": "/v1/keys/import",
    "summary": "Import existing keys",
    "description": "The body is NDJSON: one key a line, with its text (secret) or its SHA-256 (sha256). The answer is NDJSON: one outcome a line. A bad line is reported and stops nothing. The import is idempotent. Every reported line is stored, also if the import breaks off; then broken_off names the first line that may not be stored. Scope: keys:write.",
    "scope": "keys:write"
  },
  "running.list": {
    "method": "GET",
    "path": "/v1/running",
    "summary": "List the running requests",
    "description": "Lists all processes, newest first, this request included. Without keys:read, only requests of the caller's own key. With it, requests of all keys that the caller may see. Any key.",
    "scope": null
  },
  "running.stop": {
    "method": "POST",
    "path": "/v1/running/{id}/stop",
    "summary": "Stop a running request",
    "description": "Its key stays active. Acknowledged like a revocation: no further part of the request takes effect. Requests of the own key need no scope, others need keys:write. Any key.",
    "scope": null
  },
  "running.stop_all": {
    "method": "POST",
    "path": "/v1/running/stop",
    "summary": "Stop all requests of a key, an owner or a tag",
    "description": "Send exactly one of key, owner and tag. For an owner or a tag, it stops the requests that are running now. Any key.",
    "scope": null
  },
  "owners.create": {
    "method": "POST",
    "path": "/v1/owners",
    "summary": "Create an owner of keys",
    "description": "Scope: owners:manage.",
    "scope": "owners:manage"
  },
  "owners.list": {
    "method": "GET",
    "path": "/v1/owners",
    "summary": "List owners",
    "description": "Without owners:manage, or for a key that is bound to workspaces, only the caller's own owner. Scope: keys:read.",
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
    "summary": "Change, suspend or reactivate an owner",
    "description": "To suspend an owner ends all its keys at once, until it is active again. Budgets and limits hold for all its keys together, and past use still counts. A key that is bound to workspaces manages only its own owner, and cannot rename it. A key with other selectors cannot suspend, bound or reactivate an owner whose keys or user hold more than it. The owner `admin` keeps its name. Scope: owners:manage.",
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
    "summary": "Add an upstream (a server of models)",
    "description": "An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.",
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
    "description": "An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.remove": {
    "method": "DELETE",
    "path": "/v1/upstreams/{id}",
    "summary": "Remove an upstream",
    "description": "An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.",
    "scope": "models:manage"
  },
  "upstreams.test": {
    "method": "POST",
    "path": "/v1/upstreams/{id}/test",
    "summary": "Test an upstream with one real request",
    "description": "Scope: models:manage.",
    "scope": "models:manage"
  },
  "usage.report": {
    "method": "GET",
    "path": "/v1/usage",
    "summary": "Usage by key, owner, model and time",
    "description": "Without owners:manage, the report covers the keys of the caller's owner. For a key that is bound to workspaces it covers that key alone. Times are UTC. Steps without use are left out. Scope: usage:read.",
    "scope": "usage:read"
  },
  "keys.usage": {
    "method": "GET",
    "path": "/v1/keys/{id}/usage",
    "summary": "Usage of one key",
    "description": "Scope: usage:read.",
    "scope": "usage:read"
  },
  "audit.list": {
    "method": "GET",
    "path": "/v1/audit",
    "summary": "The audit record of all changes",
    "description": "Newest first. Each record holds the hash of the one before it. Scope: audit:read.",
    "scope": "audit:read"
  },
  "audit.export": {
    "method": "GET",
    "path": "/v1/audit/export",
    "summary": "Get the whole audit record as a file that can be verified anywhere",
    "description": "NDJSON: a header with the head of the chain, then all records, oldest first, with the signed checkpoints among them. `keyward audit verify` verifies it offline, and finds a file that was cut off. With a filter: only the records that fit, after a header of the format `keyward-audit-selection`; without the others nobody can verify them. Scope: audit:read.",
    "scope": "audit:read"
  },
  "audit.checkpoint": {
    "method": "GET",
    "path": "/v1/audit/checkpoint",
    "summary": "Get the signed head of the audit record",
    "description": "Keep the checkpoint outside the server. It proves a later change of the record, even by the owner of the database. Scope: audit:read.",
    "scope": "audit:read"
  },
  "audit.verify": {
    "method": "GET",
    "path": "/v1/audit/verify",
    "summary": "Verify the whole audit record in the database",
    "description": "Checks each record by its hash, the record before it, the head, and the checkpoints that this server signed. The owner of database and server can rewrite everything: only a checkpoint that was saved elsewhere proves that (`keyward audit verify`). Scope: audit:read.",
    "scope": "audit:read"
  },
  "audit.get": {
    "method": "GET",
    "path": "/v1/audit/{seq}",
    "summary": "One audit record",
    "description": "Scope: audit:read.",
    "scope": "audit:read"
  },
  "bootstrap.report": {
    "method": "POST",
    "path": "/v1/bootstrap/reports",
    "summary": "Report a run of keyward bootstrap",
    "description": "Records what a run did and saw; it changes no key. A report that is sent again with its run_id gets the same answer and is recorded once. Each step and each change of state gets an audit record. A text with the form of a secret is refused. Scope: bootstrap:write.",
    "scope": "bootstrap:write"
  },
  "bootstrap.list": {
    "method": "GET",
    "path": "/v1/bootstrap/keys",
    "summary": "Keys that keyward bootstrap stored, with their provenance and drift",
    "description": "As last reported, by stack and id. A key of this server that was ended since then is `refused` at once, for callers who may read that key. Scope: bootstrap:read.",
    "scope": "bootstrap:read"
  },
  "bootstrap.get": {
    "method": "GET",
    "path": "/v1/bootstrap/keys/{stack}/{id}",
    "summary": "One recorded key with its last steps and changes of state",
    "description": "Scope: bootstrap:read.",
    "scope": "bootstrap:read"
  },
  "bootstrap.forget": {
    "method": "DELETE",
    "path": "/v1/bootstrap/keys/{stack}/{id}",
    "summary": "Forget the record of one key",
    "description": "The value and the key stay as they are; the next report records the key again. Scope: bootstrap:write.",
    "scope": "bootstrap:write"
  },
  "bootstrap.forget_stack": {
    "method": "DELETE",
    "path": "/v1/bootstrap/keys/{stack}",
    "summary": "Forget the record of all keys of a stack",
    "description": "Values and keys stay as they are; the next report records them again. Scope: bootstrap:write.",
    "scope": "bootstrap:write"
  },
  "jobs.webhook_secret": {
    "method": "GET",
    "path": "/v1/webhooks/secret",
    "summary": "The secret that webhooks to you are signed with",
    "description": "Reports to the webhook_url of jobs are signed after Standard Webhooks. The secret is the same for all keys of an owner. Scope: jobs:submit.",
    "scope": "jobs:submit"
  },
  "jobs.submit": {
    "method": "POST",
    "path": "/v1/jobs",
    "summary": "Submit a job for a worker",
    "description": "Send payload, or prompt or messages alone. With an Idempotency-Key, a repeat answers 200 with the same job. The owner of a worker can read what it computes. Scope: jobs:submit.",
    "scope": "jobs:submit"
  },
  "jobs.list": {
    "method": "GET",
    "path": "/v1/jobs",
    "summary": "List your jobs, newest first",
    "description": "Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.history": {
    "method": "GET",
    "path": "/v1/jobs/history",
    "summary": "List your jobs, newest first",
    "description": "Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.get": {
    "method": "GET",
    "path": "/v1/jobs/{id}",
    "summary": "One job",
    "description": "Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.delete": {
    "method": "DELETE",
    "path": "/v1/jobs/{id}",
    "summary": "Delete payload, output and result of a job that is over",
    "description": "Its receipt stays. Scope: jobs:cancel.",
    "scope": "jobs:cancel"
  },
  "jobs.result": {
    "method": "GET",
    "path": "/v1/jobs/{id}/result",
    "summary": "The result of a job, once it is over",
    "description": "Also of a job that failed or expired. Before its end: 425 with Retry-After. Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.events": {
    "method": "GET",
    "path": "/v1/jobs/{id}/events",
    "summary": "Follow a job: states, progress and output",
    "description": "Server-sent events until the job is over: state, progress, output, and reset where another attempt begins and the output so far is void. Send Last-Event-ID to go on behind an event. Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.cancel": {
    "method": "POST",
    "path": "/v1/jobs/{id}/cancel",
    "summary": "Cancel a job",
    "description": "Its worker is told at once over its control stream, otherwise at its next heartbeat. Scope: jobs:cancel.",
    "scope": "jobs:cancel"
  },
  "jobs.receipt": {
    "method": "GET",
    "path": "/v1/jobs/{id}/receipt",
    "summary": "The signed receipt of a job",
    "description": "Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "jobs.receipts": {
    "method": "GET",
    "path": "/v1/jobs/{id}/receipts",
    "summary": "The signed receipt of a job",
    "description": "Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "workers.register": {
    "method": "POST",
    "path": "/v1/workers/register",
    "summary": "Register a worker, or what it can do now",
    "description": "A worker that registers again keeps its id and its leases. Scope: workers:register.",
    "scope": "workers:register"
  },
  "workers.control": {
    "method": "GET",
    "path": "/v1/workers/{id}/control",
    "summary": "Follow what the worker must know at once",
    "description": "Server-sent events: cancel with the id of a job, drain, pause, resume, and revoked at the end of the key. When the stream breaks, the leases of the worker end after a few seconds, unless it is heard of before. Scope: workers:poll and workers:report.",
    "scope": "workers:poll"
  },
  "workers.capabilities": {
    "method": "PUT",
    "path": "/v1/workers/{id}/capabilities",
    "summary": "Change what a worker can do",
    "description": "Scope: workers:register.",
    "scope": "workers:register"
  },
  "workers.delete": {
    "method": "DELETE",
    "path": "/v1/workers/{id}",
    "summary": "Take a worker away",
    "description": "It gets no more jobs, and is deleted with the last job that it holds. It comes back when it registers again. With workers:manage, also a worker of another owner, by its id. Scope: workers:register.",
    "scope": "workers:register"
  },
  "workers.pause": {
    "method": "POST",
    "path": "/v1/workers/{id}/pause",
    "summary": "Pause a worker: it gets no more jobs until it is resumed",
    "description": "It finishes the jobs that it has, and its program goes on. The pause holds when the worker registers again. A repeat changes nothing. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "workers.resume": {
    "method": "POST",
    "path": "/v1/workers/{id}/resume",
    "summary": "Resume a paused worker",
    "description": "It gets jobs again at once. A worker that is not paused stays as it is. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "workers.list": {
    "method": "GET",
    "path": "/v1/workers",
    "summary": "List your workers, the latest seen first",
    "description": "With workers:read, those of all owners. Any key.",
    "scope": null
  },
  "workers.poll": {
    "method": "POST",
    "path": "/v1/workers/poll",
    "summary": "Take jobs",
    "description": "Waits until there is a job, or until the wait is over: 204, with the header X-Skipped, such as model=2, the kinds of waiting jobs that this worker cannot do. With max_jobs above 1 the answer is {\"jobs\": […]}. Scope: workers:poll and workers:report.",
    "scope": "workers:poll"
  },
  "workers.heartbeat": {
    "method": "POST",
    "path": "/v1/workers/heartbeat",
    "summary": "Renew leases, and report progress",
    "description": "Where all of the leases are lost: 409. Scope: workers:poll and workers:report.",
    "scope": "workers:poll"
  },
  "workers.chunks": {
    "method": "POST",
    "path": "/v1/workers/{id}/chunks",
    "summary": "Report pieces of output",
    "description": "NDJSON: up to 1000 JSON values of 1 MiB each. All of them are stored, or none. With from, a repeat is stored once: pieces that are stored already are passed over, and a gap is 409 with expected. Scope: workers:report.",
    "scope": "workers:report"
  },
  "workers.fail": {
    "method": "POST",
    "path": "/v1/workers/{id}/fail",
    "summary": "Give a job back, with the reason",
    "description": "model_missing and interrupted cost the job no attempt. oom and model_missing take this model from the worker until it registers again. upstream_error and internal count against the worker: it rests after failures of several jobs. Scope: workers:report.",
    "scope": "workers:report"
  },
  "workers.results": {
    "method": "POST",
    "path": "/v1/workers/results",
    "summary": "Report the results of several jobs",
    "description": "Up to 100 results, 16 MiB together; a larger one goes alone. Each is decided on its own, as if it were reported alone: the answer has the outcome of each, in their order. Another answer than 200 says nothing about single results: a repeat of all of them gives the same receipts. It counts as one request, and each refused result as another. Scope: workers:report.",
    "scope": "workers:report"
  },
  "workers.result": {
    "method": "POST",
    "path": "/v1/workers/{id}/result",
    "summary": "Report the result of a job",
    "description": "A repeat with the same token and result answers 200 with the same receipt. Scope: workers:report.",
    "scope": "workers:report"
  },
  "marketplace.list": {
    "method": "GET",
    "path": "/v1/marketplace/gpu/list",
    "summary": "List the GPUs of workers",
    "description": "Those of workers that were seen within a week, the latest registered worker first. No money moves: prices are compared and reported only. Scope: marketplace:read.",
    "scope": "marketplace:read"
  },
  "marketplace.get": {
    "method": "GET",
    "path": "/v1/marketplace/gpu/{id}",
    "summary": "One GPU",
    "description": "Scope: marketplace:read.",
    "scope": "marketplace:read"
  },
  "marketplace.register": {
    "method": "POST",
    "path": "/v1/marketplace/gpu/register",
    "summary": "Set the offer of a worker of yours",
    "description": "It stays when the worker registers again. Its price replaces that of the registration, and is compared with max_price_per_hour of jobs. No money moves: prices are compared and reported only. Scope: marketplace:offer.",
    "scope": "marketplace:offer"
  },
  "marketplace.book": {
    "method": "POST",
    "path": "/v1/marketplace/gpu/{id}/book",
    "summary": "Book the worker of a GPU for your jobs",
    "description": "Until the booking ends, its worker gets jobs of your owner only; it finishes those that it has. The booking ends by itself. To book it again moves the end, and never to an earlier time. No money moves: prices are compared and reported only. Scope: marketplace:book.",
    "scope": "marketplace:book"
  },
  "marketplace.release": {
    "method": "POST",
    "path": "/v1/marketplace/gpu/{id}/release",
    "summary": "End your booking of a GPU before its time",
    "description": "An administrator, a key with workers:manage, ends the bookings of others too. Scope: marketplace:book.",
    "scope": "marketplace:book"
  },
  "admin.stats": {
    "method": "GET",
    "path": "/v1/admin/stats",
    "summary": "Count jobs and workers of all owners, and how long jobs took",
    "description": "Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.status": {
    "method": "GET",
    "path": "/v1/admin/status",
    "summary": "State of this server and its queue",
    "description": "Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.queue_history": {
    "method": "GET",
    "path": "/v1/admin/queue-history",
    "summary": "The queue and the workers over time",
    "description": "The highest counts within each step, in the order of time. They are counted each minute and kept for 32 days. A step without a running server is left out. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.jobs": {
    "method": "GET",
    "path": "/v1/admin/jobs",
    "summary": "List jobs of all owners, newest first",
    "description": "Without what clients and workers have written: no payload, result, metadata or message. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.job": {
    "method": "GET",
    "path": "/v1/admin/jobs/{id}",
    "summary": "One job of any owner",
    "description": "Without what its client and its worker have written: no payload, output, result, metadata or message. Only its owner reads those. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.miners": {
    "method": "GET",
    "path": "/v1/admin/miners",
    "summary": "List workers of all owners, with their bookings",
    "description": "Those that were seen within a week, the latest registered first. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "admin.miner": {
    "method": "GET",
    "path": "/v1/admin/miners/{id}",
    "summary": "One worker of any owner, with its jobs",
    "description": "Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "jobs.live": {
    "method": "GET",
    "path": "/v1/jobs/live",
    "summary": "Follow the list of your jobs, newest first",
    "description": "Server-sent events: list with the first page, then change at most four times a second. In the items of a change, a number is the place that a row had in the page before it; any other item is a row that is new or changed. Read the list again after a lost connection: it begins anew. A row has the members of GET /v1/admin/jobs. Scope: jobs:read.",
    "scope": "jobs:read"
  },
  "admin.jobs_live": {
    "method": "GET",
    "path": "/v1/admin/jobs/live",
    "summary": "Follow the list of the jobs of all owners, newest first",
    "description": "Server-sent events: list with the first page, then change at most four times a second. In the items of a change, a number is the place that a row had in the page before it; any other item is a row that is new or changed. Read the list again after a lost connection: it begins anew. A row has the members of GET /v1/admin/jobs. Scope: workers:manage.",
    "scope": "workers:manage"
  },
  "workers.live": {
    "method": "GET",
    "path": "/v1/workers/live",
    "summary": "Follow the list of your workers",
    "description": "Server-sent events: list with the first page, then change at most four times a second. In the items of a change, a number is the place that a row had in the page before it; any other item is a row that is new or changed. Read the list again after a lost connection: it begins anew. A row has the members of GET /v1/workers. With workers:read, the workers of all owners. Any key.",
    "scope": null
  },
  "running.live": {
    "method": "GET",
    "path": "/v1/running/live",
    "summary": "Follow the list of running requests, newest first",
    "description": "Server-sent events: list with the first page, then change at most four times a second. In the items of a change, a number is the place that a row had in the page before it; any other item is a row that is new or changed. Read the list again after a lost connection: it begins anew. A row has the members of GET /v1/running. It is sent again when another member than age_seconds has changed. Any key.",
    "scope": null
  },
  "agents.create": {
    "method": "POST",
    "path": "/v1/agents/workflows",
    "summary": "Create a workflow of an agent",
    "description": "Each step runs as a job; a step of type retrieve searches a workspace in this server. Without steps: one inference step with the prompt {{inputs.prompt}}. Scope: agents:write.",
    "scope": "agents:write"
  },
  "agents.list": {
    "method": "GET",
    "path": "/v1/agents/workflows",
    "summary": "List your workflows, newest first",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.get": {
    "method": "GET",
    "path": "/v1/agents/workflows/{id}",
    "summary": "One workflow",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.replace": {
    "method": "PUT",
    "path": "/v1/agents/workflows/{id}",
    "summary": "Replace a workflow",
    "description": "Executions that run keep the steps that they began with. Scope: agents:write.",
    "scope": "agents:write"
  },
  "agents.delete": {
    "method": "DELETE",
    "path": "/v1/agents/workflows/{id}",
    "summary": "Delete a workflow",
    "description": "Its executions stay, also those that run. Scope: agents:write.",
    "scope": "agents:write"
  },
  "agents.execute": {
    "method": "POST",
    "path": "/v1/agents/workflows/{id}/execute",
    "summary": "Execute a workflow",
    "description": "Steps that do not need each other run at the same time. The key also needs jobs:submit, and workspaces:chat for steps of type retrieve. The execution ends when the key does. Scope: agents:execute.",
    "scope": "agents:execute"
  },
  "agents.executions": {
    "method": "GET",
    "path": "/v1/agents/executions",
    "summary": "List your executions, newest first",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.execution": {
    "method": "GET",
    "path": "/v1/agents/executions/{id}",
    "summary": "One execution, with its inputs and outputs",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.status": {
    "method": "GET",
    "path": "/v1/agents/executions/{id}/status",
    "summary": "The states of an execution and of its steps",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.logs": {
    "method": "GET",
    "path": "/v1/agents/executions/{id}/logs",
    "summary": "What happened in an execution, in order",
    "description": "Scope: agents:read.",
    "scope": "agents:read"
  },
  "agents.cancel": {
    "method": "POST",
    "path": "/v1/agents/executions/{id}/cancel",
    "summary": "Cancel an execution and its jobs",
    "description": "Scope: agents:execute.",
    "scope": "agents:execute"
  },
  "swarm.join": {
    "method": "POST",
    "path": "/v1/swarm/join",
    "summary": "Put a worker into a swarm, or change what it says there",
    "description": "Members get the tasks of every client that may coordinate swarms. Scope: swarm:join.",
    "scope": "swarm:join"
  },
  "swarm.leave_all": {
    "method": "POST",
    "path": "/v1/swarm/leave",
    "summary": "Take a worker out of a swarm, or of all its swarms",
    "description": "Tasks that wait for it end; what it works on goes on. Scope: swarm:join.",
    "scope": "swarm:join"
  },
  "swarm.leave": {
    "method": "POST",
    "path": "/v1/swarm/{id}/leave",
    "summary": "Take a worker out of one swarm",
    "description": "Scope: swarm:join.",
    "scope": "swarm:join"
  },
  "swarm.list": {
    "method": "GET",
    "path": "/v1/swarm/list",
    "summary": "List all swarms",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "swarm.status": {
    "method": "GET",
    "path": "/v1/swarm/status",
    "summary": "The members of a swarm",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "swarm.coordinate": {
    "method": "POST",
    "path": "/v1/swarm/coordinate",
    "summary": "Give a task to the members of a swarm, a job for each",
    "description": "The key also needs jobs:submit. The owner of a member can read the task. Without swarm_id: the swarm default. Scope: swarm:coordinate.",
    "scope": "swarm:coordinate"
  },
  "swarm.tasks": {
    "method": "GET",
    "path": "/v1/swarm/tasks",
    "summary": "List your tasks, newest first",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "swarm.task": {
    "method": "GET",
    "path": "/v1/swarm/tasks/{id}/status",
    "summary": "A task of a swarm, with its result so far",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "swarm.task_consensus": {
    "method": "POST",
    "path": "/v1/swarm/tasks/{id}/consensus",
    "summary": "The result of a task, with the part of its members that must agree",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "swarm.consensus": {
    "method": "POST",
    "path": "/v1/swarm/consensus",
    "summary": "The result of the task that the body names, with the part of its members that must agree",
    "description": "Scope: swarm:read.",
    "scope": "swarm:read"
  },
  "workers.enroll": {
    "method": "POST",
    "path": "/v1/workers/enroll",
    "summary": "Make a one-time token for a new machine",
    "description": "The machine exchanges it within 15 minutes for a key of its own, which holds the scopes of a worker only. It is a child of the key of this request, and ends with it. In a session it is a key of your owner, and the token ends with the session. Scope: workers:register.",
    "scope": "workers:register"
  },
  "workers.join": {
    "method": "POST",
    "path": "/v1/workers/join",
    "summary": "Exchange a one-time token for the key of this machine",
    "description": "Needs no key. A token works once; where it is not good, the answer says no more than that. Needs no key.",
    "scope": null
  },
  "session.oidc_start": {
    "method": "GET",
    "path": "/v1/session/oidc/start",
    "summary": "Sign in with the OpenID provider",
    "description": "For browsers: leads to the provider, or to the sign-in page with `error`. A cookie remembers the sign-in for ten minutes. Needs no key.",
    "scope": null
  },
  "session.oidc_callback": {
    "method": "GET",
    "path": "/v1/session/oidc/callback",
    "summary": "End a sign-in with the OpenID provider",
    "description": "The provider leads the browser here. The answer sets the session cookie and is a page that leads on: browsers send a `SameSite=Strict` cookie only with requests that a page of this site makes. A failure leads to the sign-in page with `error`. Needs no key.",
    "scope": null
  },
  "system.health": {
    "method": "GET",
    "path": "/healthz",
    "summary": "Check that the process is alive",
    "description": "Needs no key.",
    "scope": null
  },
  "system.ready": {
    "method": "GET",
    "path": "/readyz",
    "summary": "Check that storage is writable and the server is ready",
    "description": "A 503 names the part that is not ready. The answer has the state of the local model, which does not change the status. Needs no key.",
    "scope": null
  },
  "system.metrics": {
    "method": "GET",
    "path": "/metrics",
    "summary": "Prometheus metrics",
    "description": "Scope: metrics:read.",
    "scope": "metrics:read"
  },
  "system.capabilities": {
    "method": "GET",
    "path": "/v1/capabilities",
    "summary": "List the groups of endpoints of this server, with its version",
    "description": "Needs no key.",
    "scope": null
  },
  "auth.check": {
    "method": "GET",
    "path": "/v1/auth",
    "summary": "Whether the key is good",
    "description": "Any key.",
    "scope": null
  },
  "users.is_multi_user_mode": {
    "method": "GET",
    "path": "/v1/admin/is-multi-user-mode",
    "summary": "Whether there are users",
    "description": "Any key.",
    "scope": null
  },
  "users.names": {
    "method": "GET",
    "path": "/v1/users",
    "summary": "The names of the users",
    "description": "In multi-user mode. For a key that is bound to workspaces: their members, and those who are in none. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.issue_auth_token": {
    "method": "GET",
    "path": "/v1/users/{id}/issue-auth-token",
    "summary": "A token that logs a user in",
    "description": "Once, within six minutes. With KEYWARD_SIMPLE_SSO and in multi-user mode; the key must hold what the role of the user can do, and not be bound to workspaces. A session must send X-Keyward-Session: 1. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.list": {
    "method": "GET",
    "path": "/v1/admin/users",
    "summary": "All users",
    "description": "In multi-user mode. For a key that is bound to workspaces: their members, and those who are in none. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.create": {
    "method": "POST",
    "path": "/v1/admin/users/new",
    "summary": "Make a user",
    "description": "In multi-user mode. A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.update": {
    "method": "POST",
    "path": "/v1/admin/users/{id}",
    "summary": "Change or suspend a user",
    "description": "In multi-user mode. A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.delete": {
    "method": "DELETE",
    "path": "/v1/admin/users/{id}",
    "summary": "Delete a user",
    "description": "In multi-user mode. Sessions and keys of the user end at once. The last admin stays. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.invites": {
    "method": "GET",
    "path": "/v1/admin/invites",
    "summary": "Invites",
    "description": "In multi-user mode. The newest 1,000. hasMore says that there are older ones. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.invite": {
    "method": "POST",
    "path": "/v1/admin/invite/new",
    "summary": "Invite somebody",
    "description": "In multi-user mode. The person who accepts becomes a user of the role default, in these workspaces. Scope: users:manage.",
    "scope": "users:manage"
  },
  "users.disable_invite": {
    "method": "DELETE",
    "path": "/v1/admin/invite/{id}",
    "summary": "Disable an invite",
    "description": "In multi-user mode. Scope: users:manage.",
    "scope": "users:manage"
  },
  "people.list": {
    "method": "GET",
    "path": "/api/admin/users",
    "summary": "All users",
    "description": "For admins and managers; managers neither make nor touch an admin. For a key that is bound to workspaces: their members, and those who are in none. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.create": {
    "method": "POST",
    "path": "/api/admin/users/new",
    "summary": "Make a user",
    "description": "For admins and managers; managers neither make nor touch an admin. A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.update": {
    "method": "POST",
    "path": "/api/admin/user/{id}",
    "summary": "Change or suspend a user",
    "description": "For admins and managers; managers neither make nor touch an admin. A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.delete": {
    "method": "DELETE",
    "path": "/api/admin/user/{id}",
    "summary": "Delete a user",
    "description": "For admins and managers; managers neither make nor touch an admin. Sessions and keys of the user end at once. The last admin stays. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.invites": {
    "method": "GET",
    "path": "/api/admin/invites",
    "summary": "Invites",
    "description": "For admins and managers; managers neither make nor touch an admin. The newest 1,000. hasMore says that there are older ones. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.invite": {
    "method": "POST",
    "path": "/api/admin/invite/new",
    "summary": "Invite somebody",
    "description": "For admins and managers; managers neither make nor touch an admin. The person who accepts becomes a user of the role default, in these workspaces. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "people.disable_invite": {
    "method": "DELETE",
    "path": "/api/admin/invite/{id}",
    "summary": "Disable an invite",
    "description": "For admins and managers; managers neither make nor touch an admin. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "sessions.login": {
    "method": "POST",
    "path": "/api/request-token",
    "summary": "Log in",
    "description": "With users: name and password. Without: the password, or the text of an admin key in its place, which is how a fresh instance is entered for the first time. A login that fails says so with status 200 where there are users. Needs no key.",
    "scope": null
  },
  "sessions.login_with_token": {
    "method": "GET",
    "path": "/api/request-token/sso/simple",
    "summary": "Log in with a token",
    "description": "One that GET /v1/users/{id}/issue-auth-token gave; each once. Needs no key.",
    "scope": null
  },
  "sessions.check": {
    "method": "GET",
    "path": "/api/system/check-token",
    "summary": "Whether the session is good",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "sessions.user": {
    "method": "GET",
    "path": "/api/system/refresh-user",
    "summary": "The user who is logged in",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "sessions.change_user": {
    "method": "POST",
    "path": "/api/system/user",
    "summary": "Change your own name, password or bio",
    "description": "A new password takes the present one; all your sessions end with it. Needs a session, no key.",
    "scope": null
  },
  "sessions.mode": {
    "method": "GET",
    "path": "/api/system/multi-user-mode",
    "summary": "Whether a login takes a username",
    "description": "Needs no key.",
    "scope": null
  },
  "sessions.logout": {
    "method": "POST",
    "path": "/api/system/logout",
    "summary": "End the session",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "sessions.enable_multi_user": {
    "method": "POST",
    "path": "/api/system/enable-multi-user",
    "summary": "Let users in, the first one an admin",
    "description": "Once, and there is no way back. All sessions end. Needs a session, no key.",
    "scope": null
  },
  "sessions.set_password": {
    "method": "POST",
    "path": "/api/system/update-password",
    "summary": "Set the one password",
    "description": "Without users. With usePassword false it is taken away, and only an admin key gets in. All sessions end. Needs a session, no key.",
    "scope": null
  },
  "accounts.invite": {
    "method": "GET",
    "path": "/api/invite/{code}",
    "summary": "Whether an invite is good",
    "description": "Needs no key.",
    "scope": null
  },
  "accounts.accept_invite": {
    "method": "POST",
    "path": "/api/invite/{code}",
    "summary": "Become a user",
    "description": "Each invite once. Needs no key.",
    "scope": null
  },
  "accounts.recover": {
    "method": "POST",
    "path": "/api/system/recover-account",
    "summary": "Get at an account without its password",
    "description": "With two of the codes that the first login showed. The token sets a new password within ten minutes. Needs no key.",
    "scope": null
  },
  "accounts.reset_password": {
    "method": "POST",
    "path": "/api/system/reset-password",
    "summary": "Set a new password with a token",
    "description": "All sessions of the user end; the next login shows new recovery codes. Needs no key.",
    "scope": null
  },
  "api_keys.list_single": {
    "method": "GET",
    "path": "/api/system/api-keys",
    "summary": "All keys",
    "description": "Without users. The newest 1,000; GET /v1/keys has pages. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.create_single": {
    "method": "POST",
    "path": "/api/system/generate-api-key",
    "summary": "Make a key that may do everything",
    "description": "Without users. The secret is in this answer and nowhere else, ever. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.delete_single": {
    "method": "DELETE",
    "path": "/api/system/api-key/{id}",
    "summary": "Revoke a key",
    "description": "Without users. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.list_multi": {
    "method": "GET",
    "path": "/api/admin/api-keys",
    "summary": "All keys",
    "description": "In multi-user mode, for admins. The newest 1,000; GET /v1/keys has pages. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.create_multi": {
    "method": "POST",
    "path": "/api/admin/generate-api-key",
    "summary": "Make a key that may do everything",
    "description": "In multi-user mode, for admins. The secret is in this answer and nowhere else, ever. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.delete_multi": {
    "method": "DELETE",
    "path": "/api/admin/delete-api-key/{id}",
    "summary": "Revoke a key",
    "description": "In multi-user mode, for admins. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.delete_multi_2": {
    "method": "DELETE",
    "path": "/api/admin/api-key/{id}",
    "summary": "Revoke a key",
    "description": "In multi-user mode, for admins. Needs a session with the role admin, no key.",
    "scope": null
  },
  "api_keys.list": {
    "method": "GET",
    "path": "/v1/admin/api-keys",
    "summary": "All keys",
    "description": "Without owners:manage, those of the caller's owner. The newest 1,000; GET /v1/keys has pages. Scope: keys:read.",
    "scope": "keys:read"
  },
  "api_keys.create": {
    "method": "POST",
    "path": "/v1/admin/generate-api-key",
    "summary": "Make a key that may do everything",
    "description": "The caller must be able to do everything itself. The secret is in this answer and nowhere else, ever. Scope: keys:write.",
    "scope": "keys:write"
  },
  "api_keys.delete": {
    "method": "DELETE",
    "path": "/v1/admin/delete-api-key/{id}",
    "summary": "Revoke a key",
    "description": "Scope: keys:write.",
    "scope": "keys:write"
  },
  "documents.list": {
    "method": "GET",
    "path": "/v1/documents",
    "summary": "List documents by folder",
    "description": "With folder: one folder, page by page. Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.list_folders": {
    "method": "GET",
    "path": "/v1/documents/folders",
    "summary": "List the folders, with how many documents each has",
    "description": "Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.list_folder": {
    "method": "GET",
    "path": "/v1/documents/folder/{folderName}",
    "summary": "List the documents of a folder",
    "description": "Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.file_types": {
    "method": "GET",
    "path": "/v1/document/accepted-file-types",
    "summary": "List the types of files that are read",
    "description": "A file of another type is read if it holds text. Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.metadata_schema": {
    "method": "GET",
    "path": "/v1/document/metadata-schema",
    "summary": "The metadata that a stored text may have",
    "description": "Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.get": {
    "method": "GET",
    "path": "/v1/document/{docName}",
    "summary": "Find a document by its name",
    "description": "In any folder. Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.generated_file": {
    "method": "GET",
    "path": "/v1/document/generated-files/{filename}",
    "summary": "Get a file that an agent made",
    "description": "Scope: documents:read.",
    "scope": "documents:read"
  },
  "documents.upload": {
    "method": "POST",
    "path": "/v1/document/upload",
    "summary": "Upload a file",
    "description": "A form with the field file; KEYWARD_UPLOAD_MAX_MIB limits its size. Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.upload_to_folder": {
    "method": "POST",
    "path": "/v1/document/upload/{folderName}",
    "summary": "Upload a file into a folder",
    "description": "The folder is made if it does not exist. Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.upload_link": {
    "method": "POST",
    "path": "/v1/document/upload-link",
    "summary": "Fetch a page of the web",
    "description": "Pages of private networks only where the operator allows it. Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.raw_text": {
    "method": "POST",
    "path": "/v1/document/raw-text",
    "summary": "Store a text",
    "description": "Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.create_folder": {
    "method": "POST",
    "path": "/v1/document/create-folder",
    "summary": "Make a folder",
    "description": "Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.remove_folder": {
    "method": "DELETE",
    "path": "/v1/document/remove-folder",
    "summary": "Remove a folder with its documents",
    "description": "Also from the workspaces that hold them. The folder custom-documents stays. Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.move": {
    "method": "POST",
    "path": "/v1/document/move-files",
    "summary": "Move documents between folders",
    "description": "All or, where one cannot be moved, none. Those that are in a workspace stay and are counted. Scope: documents:write.",
    "scope": "documents:write"
  },
  "documents.remove": {
    "method": "DELETE",
    "path": "/v1/system/remove-documents",
    "summary": "Remove documents",
    "description": "Also from the workspaces that hold them. Documents that do not exist are ignored; those that stay are named. Scope: documents:write.",
    "scope": "documents:write"
  },
  "workspaces.create": {
    "method": "POST",
    "path": "/v1/workspace/new",
    "summary": "Make a workspace",
    "description": "A bad value becomes the nearest allowed one, except an unknown vectorSearchMode. Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "workspaces.list": {
    "method": "GET",
    "path": "/v1/workspaces",
    "summary": "All workspaces, with their threads",
    "description": "Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "workspaces.get": {
    "method": "GET",
    "path": "/v1/workspace/{slug}",
    "summary": "One workspace, with its documents and threads",
    "description": "In a list, which is empty if no workspace has this slug. Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "workspaces.delete": {
    "method": "DELETE",
    "path": "/v1/workspace/{slug}",
    "summary": "Remove a workspace with its threads, chats and embedded documents",
    "description": "Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "workspaces.update": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/update",
    "summary": "Change settings of a workspace",
    "description": "A bad value becomes the nearest allowed one, except an unknown vectorSearchMode. Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "workspaces.chats": {
    "method": "GET",
    "path": "/v1/workspace/{slug}/chats",
    "summary": "The chats of a workspace outside of threads",
    "description": "Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "threads.create": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/thread/new",
    "summary": "Begin a thread in a workspace",
    "description": "A slug that the workspace has already gives no thread, and a message that says so. Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "threads.update": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/thread/{threadSlug}/update",
    "summary": "Give a thread another name",
    "description": "Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "threads.delete": {
    "method": "DELETE",
    "path": "/v1/workspace/{slug}/thread/{threadSlug}",
    "summary": "Remove a thread with its chats",
    "description": "One that is not there is gone already. Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "threads.chats": {
    "method": "GET",
    "path": "/v1/workspace/{slug}/thread/{threadSlug}/chats",
    "summary": "The chats of a thread",
    "description": "Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "workspaces.members": {
    "method": "GET",
    "path": "/v1/admin/workspaces/{workspaceId}/users",
    "summary": "The members of a workspace",
    "description": "In multi-user mode. Administrators and managers use all workspaces. Scope: users:manage.",
    "scope": "users:manage"
  },
  "workspaces.replace_members": {
    "method": "POST",
    "path": "/v1/admin/workspaces/{workspaceId}/update-users",
    "summary": "Replace the members of a workspace",
    "description": "In multi-user mode. These users and no others; ids that nobody has are passed over. Scope: users:manage.",
    "scope": "users:manage"
  },
  "workspaces.add_members": {
    "method": "POST",
    "path": "/v1/admin/workspaces/{workspaceSlug}/manage-users",
    "summary": "Add members to a workspace",
    "description": "In multi-user mode. With `reset`, these users and no others. Scope: users:manage.",
    "scope": "users:manage"
  },
  "workspaces.all_chats": {
    "method": "POST",
    "path": "/v1/admin/workspace-chats",
    "summary": "The chats of all workspaces",
    "description": "Newest first, 20 at a time; `offset` is the number of the page, from 0. Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "workspaces.export_chats": {
    "method": "GET",
    "path": "/v1/system/export-chats",
    "summary": "Every chat of all workspaces as one file",
    "description": "Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "my_workspaces.list": {
    "method": "GET",
    "path": "/api/workspaces",
    "summary": "Your own workspaces",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "my_workspaces.get": {
    "method": "GET",
    "path": "/api/workspace/{slug}",
    "summary": "One of your workspaces, with its documents; null if it does not exist",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "my_workspaces.suggestions": {
    "method": "GET",
    "path": "/api/workspace/{slug}/suggested-messages",
    "summary": "The suggested first messages of a workspace",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "my_workspaces.suggest": {
    "method": "POST",
    "path": "/api/workspace/{slug}/suggested-messages",
    "summary": "Set the suggested messages of a workspace",
    "description": "These instead of those that were there; also under the name `suggestedMessages`. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "my_workspaces.score": {
    "method": "POST",
    "path": "/api/workspace/{slug}/chat-feedback/{chatId}",
    "summary": "Rate an answer",
    "description": "Users may do so with their own chats; null takes it back. Needs a session, no key.",
    "scope": null
  },
  "prompt_variables.list": {
    "method": "GET",
    "path": "/api/system/prompt-variables",
    "summary": "The variables that prompts may name in braces",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "prompt_variables.create": {
    "method": "POST",
    "path": "/api/system/prompt-variables",
    "summary": "Make a variable",
    "description": "Needs a session with the role admin, no key.",
    "scope": null
  },
  "prompt_variables.update": {
    "method": "PUT",
    "path": "/api/system/prompt-variables/{id}",
    "summary": "Change a variable",
    "description": "Needs a session with the role admin, no key.",
    "scope": null
  },
  "prompt_variables.delete": {
    "method": "DELETE",
    "path": "/api/system/prompt-variables/{id}",
    "summary": "Remove a variable",
    "description": "Needs a session with the role admin, no key.",
    "scope": null
  },
  "workspaces.chat_readiness": {
    "method": "GET",
    "path": "/v1/workspace/{slug}/chat-readiness",
    "summary": "Whether a model can answer in a workspace now",
    "description": "For the caller, in the mode of the workspace. No model is asked. Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "my_workspaces.stream_chat": {
    "method": "POST",
    "path": "/api/workspace/{slug}/stream-chat",
    "summary": "Ask one of your own workspaces",
    "description": "Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Within the messages that a user may send in 24 hours. Needs a session, no key.",
    "scope": null
  },
  "my_workspaces.chats": {
    "method": "GET",
    "path": "/api/workspace/{slug}/chats",
    "summary": "Your own chats in a workspace, outside of threads",
    "description": "Needs a session, no key.",
    "scope": null
  },
  "workspaces.chat": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/chat",
    "summary": "Ask a workspace",
    "description": "Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "workspaces.stream_chat": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/stream-chat",
    "summary": "Ask a workspace; the answer comes as it is made",
    "description": "Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "threads.chat": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/thread/{threadSlug}/chat",
    "summary": "Ask in a thread",
    "description": "Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "threads.stream_chat": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/thread/{threadSlug}/stream-chat",
    "summary": "Ask in a thread; the answer comes as it is made",
    "description": "Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "workspaces.embed": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/update-embeddings",
    "summary": "Put documents into a workspace, or take them out",
    "description": "Answers when it is done; deletes come first. Documents that do not exist are skipped, and named in the answer. Those that cannot be embedded now are in the workspace and embedded as soon as they can be: the answer names them, as does notEmbedded of the document. A key that does not cover the embedding model, or whose whole budget is too small, ends it with an error; what was done before stays. Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "workspaces.pin": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/update-pin",
    "summary": "Give a document to every chat of a workspace as a whole, or no longer",
    "description": "Scope: workspaces:write.",
    "scope": "workspaces:write"
  },
  "workspaces.search": {
    "method": "POST",
    "path": "/v1/workspace/{slug}/vector-search",
    "summary": "The passages of a workspace that are nearest to a query",
    "description": "Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "system.vector_count": {
    "method": "GET",
    "path": "/v1/system/vector-count",
    "summary": "The number of vectors",
    "description": "Scope: system:read.",
    "scope": "system:read"
  },
  "openai.embeddings": {
    "method": "POST",
    "path": "/v1/openai/embeddings",
    "summary": "Turn texts into vectors, with the server's embedding model",
    "description": "Scope: models:use.",
    "scope": "models:use"
  },
  "openai.vector_stores": {
    "method": "GET",
    "path": "/v1/openai/vector_stores",
    "summary": "The workspaces as vector stores",
    "description": "All of them at once: any query parameter gives the empty page that ends paging. Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "openai.models": {
    "method": "GET",
    "path": "/v1/openai/models",
    "summary": "Workspaces, as models of the OpenAI API",
    "description": "Scope: workspaces:read.",
    "scope": "workspaces:read"
  },
  "openai.chat": {
    "method": "POST",
    "path": "/v1/openai/chat/completions",
    "summary": "Ask a workspace as if it were a model of the OpenAI API",
    "description": "With stream: true, chat.completion.chunk events that end with [DONE] or with an error. Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "openai.images": {
    "method": "POST",
    "path": "/v1/openai/images/generations",
    "summary": "Make images",
    "description": "JSON, or a form with up to 10 files image_references of 25 MiB each, 64 MiB together. Scope: workspaces:chat.",
    "scope": "workspaces:chat"
  },
  "embeds.list": {
    "method": "GET",
    "path": "/v1/embed",
    "summary": "List chat widgets, also disabled ones",
    "description": "Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.get": {
    "method": "GET",
    "path": "/v1/embed/{uuid}",
    "summary": "One chat widget with its settings",
    "description": "Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.update": {
    "method": "POST",
    "path": "/v1/embed/{uuid}",
    "summary": "Change a chat widget; what is not named stays",
    "description": "The key becomes its payer and must hold workspaces:chat there. Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.delete": {
    "method": "DELETE",
    "path": "/v1/embed/{uuid}",
    "summary": "Remove a chat widget and its chats",
    "description": "The key must hold workspaces:chat there, as to change it. Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.chats": {
    "method": "GET",
    "path": "/v1/embed/{uuid}/chats",
    "summary": "The chats of a widget",
    "description": "Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.session": {
    "method": "GET",
    "path": "/v1/embed/{uuid}/chats/{sessionId}",
    "summary": "The chats of one session of a widget",
    "description": "Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.create": {
    "method": "POST",
    "path": "/v1/embed/new",
    "summary": "Make a chat widget of a workspace",
    "description": "The key must hold workspaces:chat there, without address ranges. Visitors spend the budgets and limits of the key that made or last changed the widget, and use its models; the widget ends with it. Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "embeds.adopt": {
    "method": "POST",
    "path": "/v1/embed/{uuid}/adopt",
    "summary": "Take a chat widget over",
    "description": "From now on this key pays for it, and it ends with this key, which must hold workspaces:chat there. For one whose key is about to end, and for one that was moved in. Scope: embeds:manage.",
    "scope": "embeds:manage"
  },
  "extension.check": {
    "method": "GET",
    "path": "/api/browser-extension/check",
    "summary": "Whether the key of the extension is good, and for which workspaces",
    "description": "Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.",
    "scope": "documents:clip"
  },
  "extension.disconnect": {
    "method": "DELETE",
    "path": "/api/browser-extension/disconnect",
    "summary": "End the key of the extension",
    "description": "Takes keys of the browser extension (`brx-…`) and no others. Any key.",
    "scope": null
  },
  "extension.workspaces": {
    "method": "GET",
    "path": "/api/browser-extension/workspaces",
    "summary": "Workspaces that pages can be put into",
    "description": "Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.",
    "scope": "documents:clip"
  },
  "extension.embed": {
    "method": "POST",
    "path": "/api/browser-extension/embed-content",
    "summary": "Store what was read off a page and put it into a workspace",
    "description": "Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.",
    "scope": "documents:clip"
  },
  "extension.upload": {
    "method": "POST",
    "path": "/api/browser-extension/upload-content",
    "summary": "Store what was read off a page",
    "description": "Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.",
    "scope": "documents:clip"
  },
  "extension.list_keys": {
    "method": "GET",
    "path": "/api/browser-extension/api-keys",
    "summary": "Keys of the browser extension: all for admins, their own for managers",
    "description": "Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "extension.mint_key": {
    "method": "POST",
    "path": "/api/browser-extension/api-keys/new",
    "summary": "Make a key for the browser extension",
    "description": "It is in this answer and nowhere else, ever. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "extension.end_key": {
    "method": "DELETE",
    "path": "/api/browser-extension/api-keys/{id}",
    "summary": "End a key of the browser extension",
    "description": "Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "settings.dump": {
    "method": "GET",
    "path": "/v1/system/env-dump",
    "summary": "Answers OK and writes nothing",
    "description": "Scope: system:read.",
    "scope": "system:read"
  },
  "settings.get": {
    "method": "GET",
    "path": "/v1/system",
    "summary": "Settings of the instance",
    "description": "Scope: system:read.",
    "scope": "system:read"
  },
  "settings.embedding_progress": {
    "method": "GET",
    "path": "/v1/system/embedding-progress",
    "summary": "The progress of embedding anew after a change of the embedding model",
    "description": "Of the whole instance: not for keys that are bound to workspaces. Scope: system:read.",
    "scope": "system:read"
  },
  "settings.update": {
    "method": "POST",
    "path": "/v1/system/update-env",
    "summary": "Change settings by the names that clients know",
    "description": "Settings of a provider of models make or change the upstream of its name. Unknown names are passed over. Addresses, keys and lists of models of providers take the scope models:manage too. Not for keys that are bound to workspaces. Scope: system:write.",
    "scope": "system:write"
  },
  "web.ping": {
    "method": "GET",
    "path": "/api/ping",
    "summary": "Whether the server is there",
    "description": "Needs no key.",
    "scope": null
  },
  "web.setup": {
    "method": "GET",
    "path": "/api/setup-complete",
    "summary": "The settings that a login page needs; with the session of an administrator all settings",
    "description": "Needs no key.",
    "scope": null
  },
  "web.logo": {
    "method": "GET",
    "path": "/api/system/logo",
    "summary": "The mark of the instance",
    "description": "Needs no key.",
    "scope": null
  },
  "settings.preferences": {
    "method": "POST",
    "path": "/v1/admin/preferences",
    "summary": "Change preferences of an instance with users",
    "description": "Not for keys that are bound to workspaces. Scope: system:write.",
    "scope": "system:write"
  },
  "settings.change_preferences": {
    "method": "POST",
    "path": "/api/admin/system-preferences",
    "summary": "Change preferences of the instance",
    "description": "For managers: support_email, custom_app_name, footer_data, meta_page_title and meta_page_favicon. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "settings.show_preferences": {
    "method": "GET",
    "path": "/api/admin/system-preferences-for",
    "summary": "Preferences of the instance",
    "description": "Of a secret whether there is one. For managers those that they may change. Needs a session with the role admin or manager, no key.",
    "scope": null
  },
  "widget.chat": {
    "method": "POST",
    "path": "/api/embed/{uuid}/stream-chat",
    "summary": "Ask a widget, from a page that may show it",
    "description": "Server-sent events. Limits: those of the widget, and of one address over all widgets: 20 messages a minute and 300 in 24 hours, unless set otherwise with update-env (WidgetChatsPerAddressPerMinute, WidgetChatsPerAddressPerDay). Needs no key.",
    "scope": null
  },
  "widget.history": {
    "method": "GET",
    "path": "/api/embed/{uuid}/{sessionId}",
    "summary": "The chats of a session of a widget",
    "description": "Needs no key.",
    "scope": null
  },
  "widget.forget": {
    "method": "DELETE",
    "path": "/api/embed/{uuid}/{sessionId}",
    "summary": "Begin a session of a widget anew",
    "description": "Needs no key.",
    "scope": null
  }
} as const;
