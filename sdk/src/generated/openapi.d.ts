// Written by sdk/generate.ts from the routes of the server: change those and run it again.
// document 64a503b3124536cd9a1c421bfc19022edca76229ea7af9d8319d590da38b243a
// text f74e0ea62bd8d5798be3c129d8cfd59ba97cb277131818254131df33f816758e
export interface paths {
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Chat with a model; streams with stream: true
         * @description Scope: models:use.
         */
        post: operations["chat.completions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete a text
         * @description Scope: models:use.
         */
        post: operations["completions.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn texts into vectors
         * @description Scope: models:use.
         */
        post: operations["embeddings.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Responses API, if the upstream supports it
         * @description Scope: models:use.
         */
        post: operations["responses.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Messages API, if the upstream supports it
         * @description Scope: models:use.
         */
        post: operations["messages.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/count_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count the tokens of a message, if the upstream supports it. Takes nothing from budgets
         * @description Scope: models:use.
         */
        post: operations["messages.count_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Classify a text
         * @description Scope: models:use.
         */
        post: operations["moderations.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rerank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Order documents by relevance
         * @description Scope: models:use.
         */
        post: operations["rerank.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make images
         * @description Scope: models:use.
         */
        post: operations["images.generate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Edit an image
         * @description Scope: models:use.
         */
        post: operations["images.edit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/variations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Vary an image
         * @description Scope: models:use.
         */
        post: operations["images.vary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/speech": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read a text aloud
         * @description Scope: models:use.
         */
        post: operations["audio.speech"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/transcriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transcribe a recording
         * @description Scope: models:use.
         */
        post: operations["audio.transcribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audio/translations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Translate a recording into English text
         * @description Scope: models:use.
         */
        post: operations["audio.translate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your files, newest first
         * @description Scope: batches:read.
         */
        get: operations["files.list"];
        put?: never;
        /**
         * Upload a file with the requests of a batch
         * @description A form with the parts file and purpose, in any order. KEYWARD_BATCH_FILE_MAX_MIB limits its size. Scope: batches:write.
         */
        post: operations["files.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One file
         * @description Scope: batches:read.
         */
        get: operations["files.get"];
        put?: never;
        post?: never;
        /**
         * Delete a file and its content
         * @description Scope: batches:write.
         */
        delete: operations["files.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The content of a file, of requests or of results
         * @description Scope: batches:read.
         */
        get: operations["files.content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your batches, newest first
         * @description Scope: batches:read.
         */
        get: operations["batches.list"];
        put?: never;
        /**
         * Run the requests of a file, within a time
         * @description They run with the key of this request, which needs the scope models:use too. Scope: batches:write.
         */
        post: operations["batches.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One batch, with the counts of its requests
         * @description Scope: batches:read.
         */
        get: operations["batches.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/batches/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a batch; the answers so far are kept
         * @description Scope: batches:write.
         */
        post: operations["batches.cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the models that the key may use
         * @description Scope: models:use.
         */
        get: operations["models.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One model
         * @description Scope: models:use.
         */
        get: operations["models.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description Newest first. Without owners:manage, only keys of the caller's owner. Scope: keys:read.
         */
        get: operations["keys.list"];
        put?: never;
        /**
         * Mint a key
         * @description The answer contains the secret, and nothing else ever does. Send either role or scopes. The use of a child counts against each of its ancestors, and the child ends with them. Scope: keys:write.
         */
        post: operations["keys.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the caller's own key
         * @description Includes the rest of all limits and budgets that its requests count against: its own, its ancestors' and its owners'. Needs no scope. Any key.
         */
        get: operations["keys.self"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One key
         * @description Scope: keys:read.
         */
        get: operations["keys.get"];
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description Scope: keys:write.
         */
        delete: operations["keys.delete"];
        options?: never;
        head?: never;
        /**
         * Change a key
         * @description Replaces the named fields; all others stay. The answer arrives when every node acts on the change. Scope: keys:write.
         */
        patch: operations["keys.update"];
        trace?: never;
    };
    "/v1/keys/self/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke the caller's own key
         * @description For a client that finds that its key has leaked. Needs no scope. Any key.
         */
        post: operations["keys.revoke_self"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate a key: add a new secret
         * @description The old secret works for overlap_seconds (default: 86,400). With end: "quiet" it works until it has had no use for quiet_seconds (default: 3,600). secrets[].last_used_at and last_used_from show its last use. Scope: keys:write.
         */
        post: operations["keys.rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/secrets/{secret_id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the old secret of a rotation at once
         * @description Scope: keys:write.
         */
        post: operations["keys.end_secret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a key for a while
         * @description Scope: keys:write.
         */
        post: operations["keys.disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a disabled or quarantined key
         * @description Scope: keys:write.
         */
        post: operations["keys.enable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Quarantine a key: it may only read, 60 requests a minute
         * @description Scope: keys:write.
         */
        post: operations["keys.quarantine"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a key
         * @description Scope: keys:write.
         */
        post: operations["keys.revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a key revoked within the last 30 days
         * @description Scope: keys:write.
         */
        post: operations["keys.restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a key for a scope, a resource and an address
         * @description Answers 200 to every valid request. It counts as a use of the key unless consume is false. Scope: keys:verify.
         */
        post: operations["keys.verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a leaked key
         * @description Needs no key. The answer is always the same. A real key is quarantined. Needs no key.
         */
        post: operations["keys.report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import existing keys
         * @description The body is NDJSON: one key a line, with its text (secret) or its SHA-256 (sha256). The answer is NDJSON: one outcome a line. A bad line is reported and stops nothing. The import is idempotent. Every reported line is stored, also if the import breaks off; then broken_off names the first line that may not be stored. Scope: keys:write.
         */
        post: operations["keys.import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/running": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the running requests
         * @description Lists all processes, newest first, this request included. Without keys:read, only requests of the caller's own key. With it, requests of all keys that the caller may see. Any key.
         */
        get: operations["running.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/running/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a running request
         * @description Its key stays active. Acknowledged like a revocation: no further part of the request takes effect. Requests of the own key need no scope, others need keys:write. Any key.
         */
        post: operations["running.stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/running/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop all requests of a key, an owner or a tag
         * @description Send exactly one of key, owner and tag. For an owner or a tag, it stops the requests that are running now. Any key.
         */
        post: operations["running.stop_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/owners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List owners
         * @description Without owners:manage, or for a key that is bound to workspaces, only the caller's own owner. Scope: keys:read.
         */
        get: operations["owners.list"];
        put?: never;
        /**
         * Create an owner of keys
         * @description Scope: owners:manage.
         */
        post: operations["owners.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/owners/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One owner
         * @description Scope: keys:read.
         */
        get: operations["owners.get"];
        put?: never;
        post?: never;
        /**
         * Delete an owner and end its keys
         * @description Scope: owners:manage.
         */
        delete: operations["owners.delete"];
        options?: never;
        head?: never;
        /**
         * Change, suspend or reactivate an owner
         * @description To suspend an owner ends all its keys at once, until it is active again. Budgets and limits hold for all its keys together, and past use still counts. A key that is bound to workspaces manages only its own owner, and cannot rename it. A key with other selectors cannot suspend, bound or reactivate an owner whose keys or user hold more than it. The owner `admin` keeps its name. Scope: owners:manage.
         */
        patch: operations["owners.update"];
        trace?: never;
    };
    "/v1/upstreams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List upstreams
         * @description Scope: models:manage.
         */
        get: operations["upstreams.list"];
        put?: never;
        /**
         * Add an upstream (a server of models)
         * @description An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.
         */
        post: operations["upstreams.add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/upstreams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One upstream
         * @description Scope: models:manage.
         */
        get: operations["upstreams.get"];
        put?: never;
        post?: never;
        /**
         * Remove an upstream
         * @description An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.
         */
        delete: operations["upstreams.remove"];
        options?: never;
        head?: never;
        /**
         * Change an upstream
         * @description An upstream receives the chats of all workspaces, so a key that is bound to some may not change it. Scope: models:manage.
         */
        patch: operations["upstreams.update"];
        trace?: never;
    };
    "/v1/upstreams/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test an upstream with one real request
         * @description Scope: models:manage.
         */
        post: operations["upstreams.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage by key, owner, model and time
         * @description Without owners:manage, the report covers the keys of the caller's owner. For a key that is bound to workspaces it covers that key alone. Times are UTC. Steps without use are left out. Scope: usage:read.
         */
        get: operations["usage.report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Usage of one key
         * @description Scope: usage:read.
         */
        get: operations["keys.usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The audit record of all changes
         * @description Newest first. Each record holds the hash of the one before it. Scope: audit:read.
         */
        get: operations["audit.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the signed head of the audit record
         * @description Keep the checkpoint outside the server. It proves a later change of the record, even by the owner of the database. Scope: audit:read.
         */
        get: operations["audit.checkpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bootstrap/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report a run of keyward bootstrap
         * @description Records what a run did and saw; it changes no key. A report that is sent again with its run_id gets the same answer and is recorded once. Each step and each change of state gets an audit record. A text with the form of a secret is refused. Scope: bootstrap:write.
         */
        post: operations["bootstrap.report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bootstrap/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys that keyward bootstrap stored, with their provenance and drift
         * @description As last reported, by stack and id. A key of this server that was ended since then is `refused` at once, for callers who may read that key. Scope: bootstrap:read.
         */
        get: operations["bootstrap.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bootstrap/keys/{stack}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One recorded key with its last steps and changes of state
         * @description Scope: bootstrap:read.
         */
        get: operations["bootstrap.get"];
        put?: never;
        post?: never;
        /**
         * Forget the record of one key
         * @description The value and the key stay as they are; the next report records the key again. Scope: bootstrap:write.
         */
        delete: operations["bootstrap.forget"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bootstrap/keys/{stack}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Forget the record of all keys of a stack
         * @description Values and keys stay as they are; the next report records them again. Scope: bootstrap:write.
         */
        delete: operations["bootstrap.forget_stack"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The secret that webhooks to you are signed with
         * @description Reports to the webhook_url of jobs are signed after Standard Webhooks. The secret is the same for all keys of an owner. Scope: jobs:submit.
         */
        get: operations["jobs.webhook_secret"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your jobs, newest first
         * @description Scope: jobs:read.
         */
        get: operations["jobs.list"];
        put?: never;
        /**
         * Submit a job for a worker
         * @description Send payload, or prompt or messages alone. With an Idempotency-Key, a repeat answers 200 with the same job. The owner of a worker can read what it computes. Scope: jobs:submit.
         */
        post: operations["jobs.submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your jobs, newest first
         * @description Scope: jobs:read.
         */
        get: operations["jobs.history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One job
         * @description Scope: jobs:read.
         */
        get: operations["jobs.get"];
        put?: never;
        post?: never;
        /**
         * Delete payload, output and result of a job that is over
         * @description Its receipt stays. Scope: jobs:cancel.
         */
        delete: operations["jobs.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The result of a job, once it is over
         * @description Also of a job that failed or expired. Before its end: 425 with Retry-After. Scope: jobs:read.
         */
        get: operations["jobs.result"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a job: states, progress and output
         * @description Server-sent events until the job is over: state, progress, output, and reset where another attempt begins and the output so far is void. Send Last-Event-ID to go on behind an event. Scope: jobs:read.
         */
        get: operations["jobs.events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a job
         * @description Its worker is told at once over its control stream, otherwise at its next heartbeat. Scope: jobs:cancel.
         */
        post: operations["jobs.cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/receipt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed receipt of a job
         * @description Scope: jobs:read.
         */
        get: operations["jobs.receipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/receipts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The signed receipt of a job
         * @description Scope: jobs:read.
         */
        get: operations["jobs.receipts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a worker, or what it can do now
         * @description A worker that registers again keeps its id and its leases. Scope: workers:register.
         */
        post: operations["workers.register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow what the worker must know at once
         * @description Server-sent events: cancel with the id of a job, drain, and revoked at the end of the key. When the stream breaks, the leases of the worker end after a few seconds, unless it is heard of before. Scope: workers:poll.
         */
        get: operations["workers.control"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change what a worker can do
         * @description Scope: workers:register.
         */
        put: operations["workers.capabilities"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take a worker away
         * @description It gets no more jobs, and is deleted with the last job that it holds. Scope: workers:register.
         */
        delete: operations["workers.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your workers, the latest seen first
         * @description With workers:read, those of all owners. Any key.
         */
        get: operations["workers.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/poll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take jobs
         * @description Waits until there is a job, or until the wait is over: 204, with the header X-Skipped, such as model=2, the kinds of waiting jobs that this worker cannot do. With max_jobs above 1 the answer is {"jobs": […]}. Scope: workers:poll.
         */
        post: operations["workers.poll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renew leases, and report progress
         * @description Where all of the leases are lost: 409. Scope: workers:poll.
         */
        post: operations["workers.heartbeat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}/chunks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report pieces of output
         * @description NDJSON: up to 1000 JSON values of 1 MiB each. All of them are stored, or none. With from, a repeat is stored once: pieces that are stored already are passed over, and a gap is 409 with expected. Scope: workers:report.
         */
        post: operations["workers.chunks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report the result of a job
         * @description A repeat with the same token and result answers 200 with the same receipt. Scope: workers:report.
         */
        post: operations["workers.result"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/{id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a job back, with the reason
         * @description model_missing and interrupted cost the job no attempt. oom and model_missing take this model from the worker until it registers again. upstream_error and internal count against the worker: it rests after failures of several jobs. Scope: workers:report.
         */
        post: operations["workers.fail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/marketplace/gpu/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the GPUs of workers
         * @description Those of workers that were seen within a week, the latest registered worker first. No money moves: prices are compared and reported only. Scope: marketplace:read.
         */
        get: operations["marketplace.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/marketplace/gpu/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One GPU
         * @description Scope: marketplace:read.
         */
        get: operations["marketplace.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/marketplace/gpu/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set the offer of a worker of yours
         * @description It stays when the worker registers again. Its price replaces that of the registration, and is compared with max_price_per_hour of jobs. No money moves: prices are compared and reported only. Scope: marketplace:offer.
         */
        post: operations["marketplace.register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/marketplace/gpu/{id}/book": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Book the worker of a GPU for your jobs
         * @description Until the booking ends, its worker gets jobs of your owner only; it finishes those that it has. The booking ends by itself. To book it again moves the end, and never to an earlier time. No money moves: prices are compared and reported only. Scope: marketplace:book.
         */
        post: operations["marketplace.book"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/marketplace/gpu/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End your booking of a GPU before its time
         * @description An administrator, a key with workers:manage, ends the bookings of others too. Scope: marketplace:book.
         */
        post: operations["marketplace.release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count jobs and workers of all owners, and how long jobs took
         * @description Scope: workers:manage.
         */
        get: operations["admin.stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * State of this server and its queue
         * @description Scope: workers:manage.
         */
        get: operations["admin.status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs of all owners, newest first
         * @description Without what clients and workers have written: no payload, result, metadata or message. Scope: workers:manage.
         */
        get: operations["admin.jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/miners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List workers of all owners, with their bookings
         * @description Those that were seen within a week, the latest registered first. Scope: workers:manage.
         */
        get: operations["admin.miners"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your workflows, newest first
         * @description Scope: agents:read.
         */
        get: operations["agents.list"];
        put?: never;
        /**
         * Create a workflow of an agent
         * @description Each step runs as a job; a step of type retrieve searches a workspace in this server. Without steps: one inference step with the prompt {{inputs.prompt}}. Scope: agents:write.
         */
        post: operations["agents.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/workflows/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One workflow
         * @description Scope: agents:read.
         */
        get: operations["agents.get"];
        /**
         * Replace a workflow
         * @description Executions that run keep the steps that they began with. Scope: agents:write.
         */
        put: operations["agents.replace"];
        post?: never;
        /**
         * Delete a workflow
         * @description Its executions stay, also those that run. Scope: agents:write.
         */
        delete: operations["agents.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/workflows/{id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Execute a workflow
         * @description Steps that do not need each other run at the same time. The key also needs jobs:submit, and workspaces:chat for steps of type retrieve. The execution ends when the key does. Scope: agents:execute.
         */
        post: operations["agents.execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your executions, newest first
         * @description Scope: agents:read.
         */
        get: operations["agents.executions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One execution, with its inputs and outputs
         * @description Scope: agents:read.
         */
        get: operations["agents.execution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/executions/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The states of an execution and of its steps
         * @description Scope: agents:read.
         */
        get: operations["agents.status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/executions/{id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened in an execution, in order
         * @description Scope: agents:read.
         */
        get: operations["agents.logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/executions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an execution and its jobs
         * @description Scope: agents:execute.
         */
        post: operations["agents.cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a worker into a swarm, or change what it says there
         * @description Members get the tasks of every client that may coordinate swarms. Scope: swarm:join.
         */
        post: operations["swarm.join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a worker out of a swarm, or of all its swarms
         * @description Tasks that wait for it end; what it works on goes on. Scope: swarm:join.
         */
        post: operations["swarm.leave_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/{id}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a worker out of one swarm
         * @description Scope: swarm:join.
         */
        post: operations["swarm.leave"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all swarms
         * @description Scope: swarm:read.
         */
        get: operations["swarm.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The members of a swarm
         * @description Scope: swarm:read.
         */
        get: operations["swarm.status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/coordinate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a task to the members of a swarm, a job for each
         * @description The key also needs jobs:submit. The owner of a member can read the task. Without swarm_id: the swarm default. Scope: swarm:coordinate.
         */
        post: operations["swarm.coordinate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/tasks/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A task of a swarm, with its result so far
         * @description Scope: swarm:read.
         */
        get: operations["swarm.task"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/tasks/{id}/consensus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The result of a task, with the part of its members that must agree
         * @description Scope: swarm:read.
         */
        post: operations["swarm.task_consensus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/swarm/consensus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The same, with the id of the task in the body
         * @description Scope: swarm:read.
         */
        post: operations["swarm.consensus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a one-time token for a new machine
         * @description The machine exchanges it within 15 minutes for a key of its own, a child of this one: it ends with this key, and holds the scopes of a worker only. Scope: workers:register.
         */
        post: operations["workers.enroll"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workers/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a one-time token for the key of this machine
         * @description Needs no key. A token works once; where it is not good, the answer says no more than that. Needs no key.
         */
        post: operations["workers.join"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that the process is alive
         * @description Needs no key.
         */
        get: operations["system.health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that storage is writable and the server is ready
         * @description A 503 names the part that is not ready. The answer has the state of the local model, which does not change the status. Needs no key.
         */
        get: operations["system.ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prometheus metrics
         * @description Needs no key from the machine itself, under localhost or a loopback address and without a proxy. Scope: metrics:read.
         */
        get: operations["system.metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the groups of endpoints of this server, with its version
         * @description Needs no key.
         */
        get: operations["system.capabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the key is good
         * @description Any key.
         */
        get: operations["auth.check"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/is-multi-user-mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether there are users
         * @description Any key.
         */
        get: operations["users.is_multi_user_mode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The names of the users
         * @description In multi-user mode. For a key that is bound to workspaces: their members, and those who are in none. Scope: users:manage.
         */
        get: operations["users.names"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}/issue-auth-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A token that logs a user in
         * @description Once, within six minutes. With KEYWARD_SIMPLE_SSO and in multi-user mode; the key must hold what the role of the user can do, and not be bound to workspaces. Scope: users:manage.
         */
        get: operations["users.issue_auth_token"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All users
         * @description In multi-user mode. For a key that is bound to workspaces: their members, and those who are in none. Scope: users:manage.
         */
        get: operations["users.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a user
         * @description In multi-user mode. A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager. Scope: users:manage.
         */
        post: operations["users.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change or suspend a user
         * @description In multi-user mode. A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one. Scope: users:manage.
         */
        post: operations["users.update"];
        /**
         * Delete a user
         * @description In multi-user mode. Sessions and keys of the user end at once. The last admin stays. Scope: users:manage.
         */
        delete: operations["users.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invites
         * @description In multi-user mode. The newest 1,000. Scope: users:manage.
         */
        get: operations["users.invites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/invite/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Invite somebody
         * @description In multi-user mode. The person who accepts becomes a user of the role default, in these workspaces. Scope: users:manage.
         */
        post: operations["users.invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/invite/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disable an invite
         * @description In multi-user mode. Scope: users:manage.
         */
        delete: operations["users.disable_invite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All users
         * @description For admins and managers; managers neither make nor touch an admin. For a key that is bound to workspaces: their members, and those who are in none. Needs a session with the role admin or manager, no key.
         */
        get: operations["people.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a user
         * @description For admins and managers; managers neither make nor touch an admin. A key must hold what the role can do: all scopes for an admin, workspaces:*, documents:* and users:manage for a manager. Needs a session with the role admin or manager, no key.
         */
        post: operations["people.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/user/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change or suspend a user
         * @description For admins and managers; managers neither make nor touch an admin. A suspension ends sessions and keys of the user at once, a lower role the keys that hold more than it can do; a new password ends the sessions. The last admin stays one. Needs a session with the role admin or manager, no key.
         */
        post: operations["people.update"];
        /**
         * Delete a user
         * @description For admins and managers; managers neither make nor touch an admin. Sessions and keys of the user end at once. The last admin stays. Needs a session with the role admin or manager, no key.
         */
        delete: operations["people.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Invites
         * @description For admins and managers; managers neither make nor touch an admin. The newest 1,000. Needs a session with the role admin or manager, no key.
         */
        get: operations["people.invites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invite/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Invite somebody
         * @description For admins and managers; managers neither make nor touch an admin. The person who accepts becomes a user of the role default, in these workspaces. Needs a session with the role admin or manager, no key.
         */
        post: operations["people.invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/invite/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Disable an invite
         * @description For admins and managers; managers neither make nor touch an admin. Needs a session with the role admin or manager, no key.
         */
        delete: operations["people.disable_invite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/request-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description With users: name and password. Without: the password, or the text of an admin key in its place, which is how a fresh instance is entered for the first time. A login that fails says so with status 200 where there are users. Needs no key.
         */
        post: operations["sessions.login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/request-token/sso/simple": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log in with a token
         * @description One that GET /v1/users/{id}/issue-auth-token gave; each once. Needs no key.
         */
        get: operations["sessions.login_with_token"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/check-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the session is good
         * @description Needs a session, no key.
         */
        get: operations["sessions.check"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/refresh-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user who is logged in
         * @description Needs a session, no key.
         */
        get: operations["sessions.user"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your own name, password or bio
         * @description A new password takes the present one; all your sessions end with it. Needs a session, no key.
         */
        post: operations["sessions.change_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/multi-user-mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a login takes a username
         * @description Needs no key.
         */
        get: operations["sessions.mode"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End the session
         * @description Needs a session, no key.
         */
        post: operations["sessions.logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/enable-multi-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let users in, the first one an admin
         * @description Once, and there is no way back. All sessions end. Needs a session, no key.
         */
        post: operations["sessions.enable_multi_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/update-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set the one password
         * @description Without users. With usePassword false it is taken away, and only an admin key gets in. All sessions end. Needs a session, no key.
         */
        post: operations["sessions.set_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/invite/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether an invite is good
         * @description Needs no key.
         */
        get: operations["accounts.invite"];
        put?: never;
        /**
         * Become a user
         * @description Each invite once. Needs no key.
         */
        post: operations["accounts.accept_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/recover-account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get at an account without its password
         * @description With two of the codes that the first login showed. The token sets a new password within ten minutes. Needs no key.
         */
        post: operations["accounts.recover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password with a token
         * @description All sessions of the user end; the next login shows new recovery codes. Needs no key.
         */
        post: operations["accounts.reset_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All keys
         * @description Without users. The newest 1,000; GET /v1/keys has pages. Needs a session with the role admin, no key.
         */
        get: operations["api_keys.list_single"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/generate-api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key that may do everything
         * @description Without users. The secret is in this answer and nowhere else, ever. Needs a session with the role admin, no key.
         */
        post: operations["api_keys.create_single"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/api-key/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description Without users. Needs a session with the role admin, no key.
         */
        delete: operations["api_keys.delete_single"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All keys
         * @description In multi-user mode, for admins. The newest 1,000; GET /v1/keys has pages. Needs a session with the role admin, no key.
         */
        get: operations["api_keys.list_multi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/generate-api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key that may do everything
         * @description In multi-user mode, for admins. The secret is in this answer and nowhere else, ever. Needs a session with the role admin, no key.
         */
        post: operations["api_keys.create_multi"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/delete-api-key/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description In multi-user mode, for admins. Needs a session with the role admin, no key.
         */
        delete: operations["api_keys.delete_multi"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/api-key/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description In multi-user mode, for admins. Needs a session with the role admin, no key.
         */
        delete: operations["api_keys.delete_multi_2"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All keys
         * @description Without owners:manage, those of the caller's owner. The newest 1,000; GET /v1/keys has pages. Scope: keys:read.
         */
        get: operations["api_keys.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/generate-api-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key that may do everything
         * @description The caller must be able to do everything itself. The secret is in this answer and nowhere else, ever. Scope: keys:write.
         */
        post: operations["api_keys.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/delete-api-key/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key
         * @description Scope: keys:write.
         */
        delete: operations["api_keys.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents by folder
         * @description With folder: one folder, page by page. Scope: documents:read.
         */
        get: operations["documents.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/documents/folder/{folderName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the documents of a folder
         * @description Scope: documents:read.
         */
        get: operations["documents.list_folder"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/accepted-file-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the types of files that are read
         * @description A file of another type is read if it holds text. Scope: documents:read.
         */
        get: operations["documents.file_types"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/metadata-schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The metadata that a stored text may have
         * @description Scope: documents:read.
         */
        get: operations["documents.metadata_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/{docName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find a document by its name
         * @description In any folder. Scope: documents:read.
         */
        get: operations["documents.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/generated-files/{filename}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file that an agent made
         * @description Scope: documents:read.
         */
        get: operations["documents.generated_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file
         * @description A form with the field file; KEYWARD_UPLOAD_MAX_MIB limits its size. Scope: documents:write.
         */
        post: operations["documents.upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/upload/{folderName}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload a file into a folder
         * @description The folder is made if it does not exist. Scope: documents:write.
         */
        post: operations["documents.upload_to_folder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/upload-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch a page of the web
         * @description Pages of private networks only where the operator allows it. Scope: documents:write.
         */
        post: operations["documents.upload_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/raw-text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store a text
         * @description Scope: documents:write.
         */
        post: operations["documents.raw_text"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/create-folder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a folder
         * @description Scope: documents:write.
         */
        post: operations["documents.create_folder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/remove-folder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a folder with its documents
         * @description Also from the workspaces that hold them. The folder custom-documents stays. Scope: documents:write.
         */
        delete: operations["documents.remove_folder"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/document/move-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move documents between folders
         * @description All or, where one cannot be moved, none. Those that are in a workspace stay and are counted. Scope: documents:write.
         */
        post: operations["documents.move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/remove-documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove documents
         * @description Also from the workspaces that hold them. Documents that do not exist are ignored. Scope: documents:write.
         */
        delete: operations["documents.remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a workspace
         * @description A bad value becomes the nearest allowed one. Scope: workspaces:write.
         */
        post: operations["workspaces.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All workspaces, with their threads
         * @description Scope: workspaces:read.
         */
        get: operations["workspaces.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One workspace, with its documents and threads
         * @description In a list, which is empty if no workspace has this slug. Scope: workspaces:read.
         */
        get: operations["workspaces.get"];
        put?: never;
        post?: never;
        /**
         * Remove a workspace with its threads, chats and embedded documents
         * @description Scope: workspaces:write.
         */
        delete: operations["workspaces.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change settings of a workspace
         * @description A bad value becomes the nearest allowed one. Scope: workspaces:write.
         */
        post: operations["workspaces.update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chats of a workspace outside of threads
         * @description Scope: workspaces:read.
         */
        get: operations["workspaces.chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a thread in a workspace
         * @description A slug that the workspace has already gives no thread, and a message that says so. Scope: workspaces:write.
         */
        post: operations["threads.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/{threadSlug}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a thread another name
         * @description Scope: workspaces:write.
         */
        post: operations["threads.update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/{threadSlug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a thread with its chats
         * @description One that is not there is gone already. Scope: workspaces:write.
         */
        delete: operations["threads.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/{threadSlug}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chats of a thread
         * @description Scope: workspaces:read.
         */
        get: operations["threads.chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspaceId}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The members of a workspace
         * @description In multi-user mode. Administrators and managers use all workspaces. Scope: users:manage.
         */
        get: operations["workspaces.members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspaceId}/update-users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the members of a workspace
         * @description In multi-user mode. These users and no others; ids that nobody has are passed over. Scope: users:manage.
         */
        post: operations["workspaces.replace_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspaces/{workspaceSlug}/manage-users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add members to a workspace
         * @description In multi-user mode. With `reset`, these users and no others. Scope: users:manage.
         */
        post: operations["workspaces.add_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/workspace-chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The chats of all workspaces
         * @description Newest first, 20 at a time; `offset` is the number of the page, from 0. Scope: workspaces:read.
         */
        post: operations["workspaces.all_chats"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/export-chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every chat of all workspaces as one file
         * @description Scope: workspaces:read.
         */
        get: operations["workspaces.export_chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your own workspaces
         * @description Needs a session, no key.
         */
        get: operations["my_workspaces.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspace/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of your workspaces, with its documents; null if it does not exist
         * @description Needs a session, no key.
         */
        get: operations["my_workspaces.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspace/{slug}/suggested-messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The suggested first messages of a workspace
         * @description Needs a session, no key.
         */
        get: operations["my_workspaces.suggestions"];
        put?: never;
        /**
         * Set the suggested messages of a workspace
         * @description These instead of those that were there; also under the name `suggestedMessages`. Needs a session with the role admin or manager, no key.
         */
        post: operations["my_workspaces.suggest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspace/{slug}/chat-feedback/{chatId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rate an answer
         * @description Users may do so with their own chats; null takes it back. Needs a session, no key.
         */
        post: operations["my_workspaces.score"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/prompt-variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The variables that prompts may name in braces
         * @description Needs a session, no key.
         */
        get: operations["prompt_variables.list"];
        put?: never;
        /**
         * Make a variable
         * @description Needs a session with the role admin, no key.
         */
        post: operations["prompt_variables.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/prompt-variables/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a variable
         * @description Needs a session with the role admin, no key.
         */
        put: operations["prompt_variables.update"];
        post?: never;
        /**
         * Remove a variable
         * @description Needs a session with the role admin, no key.
         */
        delete: operations["prompt_variables.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspace/{slug}/stream-chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask one of your own workspaces
         * @description Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Within the messages that a user may send in 24 hours. Needs a session, no key.
         */
        post: operations["my_workspaces.stream_chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/workspace/{slug}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your own chats in a workspace, outside of threads
         * @description Needs a session, no key.
         */
        get: operations["my_workspaces.chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a workspace
         * @description Scope: workspaces:chat.
         */
        post: operations["workspaces.chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/stream-chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a workspace; the answer comes as it is made
         * @description Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Scope: workspaces:chat.
         */
        post: operations["workspaces.stream_chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/{threadSlug}/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask in a thread
         * @description Scope: workspaces:chat.
         */
        post: operations["threads.chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/thread/{threadSlug}/stream-chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask in a thread; the answer comes as it is made
         * @description Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE]. Scope: workspaces:chat.
         */
        post: operations["threads.stream_chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/update-embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put documents into a workspace, or take them out
         * @description Answers when it is done; deletes come first. Documents that do not exist or cannot be embedded are skipped: look at the documents of the answer. A budget that is spent, or a key that does not cover the embedding model, ends it with an error; what was done before stays. Scope: workspaces:write.
         */
        post: operations["workspaces.embed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/update-pin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a document to every chat of a workspace as a whole, or no longer
         * @description Scope: workspaces:write.
         */
        post: operations["workspaces.pin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workspace/{slug}/vector-search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The passages of a workspace that are nearest to a query
         * @description Scope: workspaces:chat.
         */
        post: operations["workspaces.search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/vector-count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The number of vectors
         * @description Scope: system:read.
         */
        get: operations["system.vector_count"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openai/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Turn texts into vectors, with the server's embedding model
         * @description Scope: models:use.
         */
        post: operations["openai.embeddings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openai/vector_stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The workspaces as vector stores
         * @description All of them at once: any query parameter gives the empty page that ends paging. Scope: workspaces:read.
         */
        get: operations["openai.vector_stores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openai/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Workspaces, as models of the OpenAI API
         * @description Scope: workspaces:read.
         */
        get: operations["openai.models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openai/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a workspace as if it were a model of the OpenAI API
         * @description With stream: true, chat.completion.chunk events that end with [DONE] or with an error. Scope: workspaces:chat.
         */
        post: operations["openai.chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openai/images/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make images
         * @description JSON, or a form with up to 10 files image_references of 25 MiB each, 64 MiB together. Scope: workspaces:chat.
         */
        post: operations["openai.images"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List chat widgets, also disabled ones
         * @description Scope: embeds:manage.
         */
        get: operations["embeds.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed/{uuid}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chats of a widget
         * @description Scope: embeds:manage.
         */
        get: operations["embeds.chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed/{uuid}/chats/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chats of one session of a widget
         * @description Scope: embeds:manage.
         */
        get: operations["embeds.session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a chat widget of a workspace
         * @description The key must hold workspaces:chat there, without address ranges. Visitors spend the budgets and limits of the key that made or last changed the widget, and use its models; the widget ends with it. Scope: embeds:manage.
         */
        post: operations["embeds.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change a chat widget; what is not named stays
         * @description The key becomes its payer and must hold workspaces:chat there. Scope: embeds:manage.
         */
        post: operations["embeds.update"];
        /**
         * Remove a chat widget and its chats
         * @description The key must hold workspaces:chat there, as to change it. Scope: embeds:manage.
         */
        delete: operations["embeds.delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embed/{uuid}/adopt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a chat widget over
         * @description From now on this key pays for it, and it ends with this key, which must hold workspaces:chat there. For one whose key is about to end, and for one that was moved in. Scope: embeds:manage.
         */
        post: operations["embeds.adopt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the key of the extension is good, and for which workspaces
         * @description Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.
         */
        get: operations["extension.check"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End the key of the extension
         * @description Takes keys of the browser extension (`brx-…`) and no others. Any key.
         */
        delete: operations["extension.disconnect"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Workspaces that pages can be put into
         * @description Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.
         */
        get: operations["extension.workspaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/embed-content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store what was read off a page and put it into a workspace
         * @description Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.
         */
        post: operations["extension.embed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/upload-content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store what was read off a page
         * @description Takes keys of the browser extension (`brx-…`) and no others. Scope: documents:clip.
         */
        post: operations["extension.upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys of the browser extension: all for admins, their own for managers
         * @description Needs a session with the role admin or manager, no key.
         */
        get: operations["extension.list_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/api-keys/new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a key for the browser extension
         * @description It is in this answer and nowhere else, ever. Needs a session with the role admin or manager, no key.
         */
        post: operations["extension.mint_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/browser-extension/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a key of the browser extension
         * @description Needs a session with the role admin or manager, no key.
         */
        delete: operations["extension.end_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/env-dump": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Answers OK and writes nothing
         * @description Scope: system:read.
         */
        get: operations["settings.dump"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Settings of the instance
         * @description Scope: system:read.
         */
        get: operations["settings.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/embedding-progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The progress of embedding anew after a change of the embedding model
         * @description Of the whole instance: not for keys that are bound to workspaces. Scope: system:read.
         */
        get: operations["settings.embedding_progress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/update-env": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change settings by the names that clients know
         * @description Settings of a provider of models make or change the upstream of its name. Unknown names are passed over. Addresses, keys and lists of models of providers take the scope models:manage too. Not for keys that are bound to workspaces. Scope: system:write.
         */
        post: operations["settings.update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the server is there
         * @description Needs no key.
         */
        get: operations["web.ping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup-complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The settings that a login page needs; with the session of an administrator all settings
         * @description Needs no key.
         */
        get: operations["web.setup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/system/logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The mark of the instance
         * @description Needs no key.
         */
        get: operations["web.logo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change preferences of an instance with users
         * @description Not for keys that are bound to workspaces. Scope: system:write.
         */
        post: operations["settings.preferences"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/system-preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change preferences of the instance
         * @description For managers: support_email, custom_app_name, footer_data, meta_page_title and meta_page_favicon. Needs a session with the role admin or manager, no key.
         */
        post: operations["settings.change_preferences"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/system-preferences-for": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Preferences of the instance
         * @description Of a secret whether there is one. For managers those that they may change. Needs a session with the role admin or manager, no key.
         */
        get: operations["settings.show_preferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/embed/{uuid}/stream-chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a widget, from a page that may show it
         * @description Server-sent events. Limits: those of the widget, and of one address over all widgets: 20 messages a minute and 300 in 24 hours, unless set otherwise with update-env (WidgetChatsPerAddressPerMinute, WidgetChatsPerAddressPerDay). Needs no key.
         */
        post: operations["widget.chat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/embed/{uuid}/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The chats of a session of a widget
         * @description Needs no key.
         */
        get: operations["widget.history"];
        put?: never;
        post?: never;
        /**
         * Begin a session of a widget anew
         * @description Needs no key.
         */
        delete: operations["widget.forget"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        OpenAIError: {
            /** @description What went wrong; null: nothing */
            error: {
                /** @description A text for people; null: nothing to say */
                message: string;
                /** @description The kind of error */
                type: string;
                /** @description The field that is wrong; null: no single one */
                param: string | null;
                /** @description The reason, as a word for programs */
                code: string | null;
            };
        };
        MessagesError: {
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "error";
            /** @description What went wrong; null: nothing */
            error: {
                /** @description A text for people; null: nothing to say */
                message: string;
                /** @description The kind of error */
                type: string;
                /** @description The field that is wrong; null: no single one */
                param: string | null;
                /** @description The reason, as a word for programs */
                code: string | null;
            };
            /** @description The request, as in the log and the header X-Request-Id */
            request_id: string;
        };
        /** @description RFC 9457 */
        Problem: {
            /** @description The kind of error, as an address that leads nowhere */
            type: string;
            /** @description The HTTP status */
            status: number;
            /** @description The finding, in a sentence */
            detail: string;
            /**
             * @description The reason, as a word for programs
             * @enum {string}
             */
            code: "bad_request" | "conflicting_credentials" | "key_in_url" | "context_length_exceeded" | "content_policy_violation" | "missing_key" | "invalid_key" | "key_revoked" | "session_ended" | "invalid_session" | "insufficient_scope" | "forbidden_resource" | "model_unpriced" | "scope_escalation" | "not_found" | "route_not_found" | "model_not_found" | "job_not_found" | "worker_not_found" | "method_not_allowed" | "already_booked" | "request_stopped" | "conflict" | "idempotent_repeat" | "idempotency_conflict" | "job_not_cancelable" | "lease_lost" | "already_finished" | "last_admin" | "rotation_running" | "precondition_failed" | "too_large" | "unsupported_media_type" | "invalid_input" | "result_not_ready" | "queue_full" | "rate_limited" | "budget_exceeded" | "internal" | "upstream_unavailable" | "storage_unavailable" | "not_ready" | "upstream_timeout";
            /** @description What to do about it; null: nothing is known */
            hint: string | null;
            /** @description The request, as in the log and the header X-Request-Id */
            request_id: string;
            /** @description What is wrong, by field */
            errors?: {
                /** @description The path of the field, such as budgets[0].amount */
                field: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            }[];
            /** @description The kind of error, in words */
            title: string;
        };
        DeveloperError: {
            /** @description What went wrong; null: nothing */
            error: string;
        };
        ModelUsage: {
            /** @description Tokens of the request */
            prompt_tokens: number;
            /** @description Tokens of the answer; embeddings have none */
            completion_tokens?: number;
            /** @description Both together */
            total_tokens: number;
        };
        /** @description A call that the model wants made. */
        ToolCall: {
            /** @description What the message with the result names as tool_call_id */
            id: string;
            /**
             * @description The kind of tool
             * @constant
             */
            type: "function";
            /** @description What is to be called */
            function: {
                /** @description The function to be called */
                name: string;
                /** @description JSON as the model wrote it, which may be wrong */
                arguments: string;
            };
        };
        /** @description A whole answer to a chat. */
        ChatCompletion: {
            /** @description The id that the upstream gave this answer */
            id?: string;
            /** @description When it was made, in seconds since 1970 */
            created?: number;
            /** @description The model that answered */
            model?: string;
            /** @description The usage of the answer, if the upstream gives it */
            usage?: components["schemas"]["ModelUsage"] | null;
            /**
             * @description The kind of answer
             * @constant
             */
            object?: "chat.completion";
            /** @description One, or as many as n asked for */
            choices: {
                /** @description Its place in the list, from 0 */
                index?: number;
                /** @description The answer */
                message: {
                    /**
                     * @description The speaker
                     * @constant
                     */
                    role?: "assistant";
                    /** @description The text; null without one, such as beside tool calls */
                    content?: string | null;
                    /** @description Why the model does not answer */
                    refusal?: string | null;
                    /** @description Calls that the model wants made */
                    tool_calls?: components["schemas"]["ToolCall"][];
                };
                /** @description stop, length, tool_calls, content_filter or another word of the upstream; null while it goes on */
                finish_reason?: string | null;
            }[];
        };
        /** @description A piece of a call that the model wants made. */
        ToolCallPiece: {
            /** @description Its place in the list, from 0 */
            index: number;
            /** @description In the first piece of a call */
            id?: string;
            /**
             * @description In the first piece of a call
             * @constant
             */
            type?: "function";
            /** @description The next piece of the arguments is added to those before */
            function?: {
                /** @description The function to be called */
                name?: string;
                /** @description JSON as the model wrote it, which may be wrong */
                arguments?: string;
            };
        };
        /** @description The data of one event of a streamed answer; the last is [DONE]. */
        ChatCompletionChunk: {
            /** @description The id that the upstream gave this answer */
            id?: string;
            /** @description When it was made, in seconds since 1970 */
            created?: number;
            /** @description The model that answered */
            model?: string;
            /** @description The usage of the answer, if the upstream gives it */
            usage?: components["schemas"]["ModelUsage"] | null;
            /**
             * @description The kind of answer
             * @constant
             */
            object?: "chat.completion.chunk";
            /** @description None in the piece that has the usage */
            choices: {
                /** @description Its place in the list, from 0 */
                index: number;
                /** @description The next piece */
                delta: {
                    /** @description The speaker, in the first piece */
                    role?: string;
                    /** @description The text; null without one, such as beside tool calls */
                    content?: string | null;
                    /** @description Why the model does not answer */
                    refusal?: string | null;
                    /** @description Pieces of calls, told apart by index */
                    tool_calls?: components["schemas"]["ToolCallPiece"][];
                };
                /** @description stop, length, tool_calls, content_filter or another word of the upstream; null while it goes on */
                finish_reason?: string | null;
            }[];
        };
        /** @description Vectors of texts. */
        Embeddings: {
            /** @description The id that the upstream gave this answer */
            id?: string;
            /** @description When it was made, in seconds since 1970 */
            created?: number;
            /** @description The model that answered */
            model?: string;
            /** @description The usage of the answer, if the upstream gives it */
            usage?: components["schemas"]["ModelUsage"] | null;
            /**
             * @description The kind of answer
             * @constant
             */
            object?: "list";
            /** @description One vector for each input */
            data: {
                /**
                 * @description The kind of item
                 * @constant
                 */
                object?: "embedding";
                /** @description Its place in the list, from 0 */
                index: number;
                /** @description The vector; a base64 text in its place where encoding_format was base64 */
                embedding: number[];
            }[];
        };
        OpenAIFile: {
            /** @description Its id in the API */
            id: string;
            /**
             * @description The kind of thing
             * @constant
             */
            object: "file";
            /** @description Its size */
            bytes: number;
            /** @description When it was stored, in seconds since 1970 */
            created_at: number;
            /** @description When it is deleted, in seconds since 1970 */
            expires_at: number;
            /** @description The name that it was sent with */
            filename: string;
            /**
             * @description batch: requests; batch_output: results
             * @enum {string}
             */
            purpose: "batch" | "batch_output";
            /**
             * @description Always processed
             * @constant
             */
            status: "processed";
        };
        OpenAIFileList: {
            /**
             * @description The kind of thing
             * @constant
             */
            object: "list";
            /** @description The items */
            data: components["schemas"]["OpenAIFile"][];
            /** @description The id of the first item */
            first_id: string | null;
            /** @description The id of the last item */
            last_id: string | null;
            /** @description Whether further items follow */
            has_more: boolean;
        };
        OpenAIFileDeleted: {
            /** @description Its id in the API */
            id: string;
            /**
             * @description The kind of thing
             * @constant
             */
            object: "file";
            /** @description Always true */
            deleted: boolean;
        };
        BatchRequest: {
            /** @description A file with the purpose batch */
            input_file_id: string;
            /**
             * @description That of each of its lines
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";
            /** @description a time of at most 7d, such as 24h or 90m */
            completion_window: string;
            /** @description Names and values of your own */
            metadata?: {
                [key: string]: string;
            } | null;
            /** @description How long its results are kept */
            output_expires_after?: {
                /**
                 * @description Where the time begins
                 * @constant
                 */
                anchor: "created_at";
                /** @description How long */
                seconds: number;
            };
        };
        BatchError: {
            /** @description The reason, as a word for programs */
            code: string;
            /** @description A text for people; null: nothing to say */
            message: string;
            /** @description The member at fault, such as body.model; null: the line */
            param: string | null;
            /** @description The line of the input file, from 1; null: no single one */
            line: number | null;
        };
        Batch: {
            /** @description Its id in the API */
            id: string;
            /**
             * @description The kind of thing
             * @constant
             */
            object: "batch";
            /**
             * @description Where its requests go
             * @enum {string}
             */
            endpoint: "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";
            /** @description The model of all its requests; null: several */
            model: string | null;
            /** @description What is wrong with its input, or why it ended early; null: nothing */
            errors: {
                /**
                 * @description The kind of thing
                 * @constant
                 */
                object: "list";
                /** @description The items */
                data: components["schemas"]["BatchError"][];
            } | null;
            /** @description The file with its requests */
            input_file_id: string;
            /** @description Within which time it is run, such as 24h */
            completion_window: string;
            /**
             * @description How far it is
             * @enum {string}
             */
            status: "validating" | "failed" | "in_progress" | "finalizing" | "completed" | "expired" | "cancelling" | "cancelled";
            /** @description The file with the answers; null: none yet */
            output_file_id: string | null;
            /** @description The file with the requests that failed or were not run; null: none yet */
            error_file_id: string | null;
            /** @description When it was made, in seconds since 1970 */
            created_at: number;
            /** @description When its first request could run, in seconds since 1970 */
            in_progress_at: number | null;
            /** @description When its window ends, in seconds since 1970 */
            expires_at: number;
            /** @description When its last request was over, in seconds since 1970 */
            finalizing_at: number | null;
            /** @description When it was completed, in seconds since 1970 */
            completed_at: number | null;
            /** @description When its input was refused, in seconds since 1970 */
            failed_at: number | null;
            /** @description When it ended with its window, in seconds since 1970 */
            expired_at: number | null;
            /** @description When it was asked to end, in seconds since 1970 */
            cancelling_at: number | null;
            /** @description When it had ended, in seconds since 1970 */
            cancelled_at: number | null;
            /** @description How many requests it has */
            request_counts: {
                /** @description All requests */
                total: number;
                /** @description Those with an answer */
                completed: number;
                /** @description Those that failed or were not run */
                failed: number;
            };
            /** @description What the answers say that they took */
            usage: {
                /** @description Tokens of the requests */
                input_tokens: number;
                /** @description Of these */
                input_tokens_details: {
                    /** @description Those that the upstream had in its cache */
                    cached_tokens: number;
                };
                /** @description Tokens of the answers */
                output_tokens: number;
                /** @description Of these */
                output_tokens_details: {
                    /** @description Those that the answers do not show */
                    reasoning_tokens: number;
                };
                /** @description Both together */
                total_tokens: number;
            };
            /** @description Names and values of your own */
            metadata: {
                [key: string]: string;
            } | null;
        };
        BatchList: {
            /**
             * @description The kind of thing
             * @constant
             */
            object: "list";
            /** @description The items */
            data: components["schemas"]["Batch"][];
            /** @description The id of the first item */
            first_id: string | null;
            /** @description The id of the last item */
            last_id: string | null;
            /** @description Whether further items follow */
            has_more: boolean;
        };
        Model: {
            /** @description Its id in the API */
            id: string;
            /**
             * @description The kind of thing
             * @constant
             */
            object: "model";
            /** @description Time of creation, in seconds since 1970 */
            created: number;
            /** @description Who provides the model */
            owned_by: string;
        };
        ModelList: {
            /**
             * @description The kind of thing
             * @constant
             */
            object: "list";
            /** @description The items */
            data: components["schemas"]["Model"][];
        };
        /** @description {name, requests, window_seconds} or {name, concurrent}; for jobs {name, max_running} or {name, max_queued} */
        Limit: {
            /** @description The name that people read */
            name: string;
            /** @description How many requests are let in within the window */
            requests: number;
            /** @description The length of the window */
            window_seconds: number;
        } | {
            /** @description The name that people read */
            name: string;
            /** @description How many requests may run at once */
            concurrent: number;
        } | {
            /** @description The name that people read */
            name: string;
            /** @description How many jobs may run at once; further ones wait */
            max_running: number;
        } | {
            /** @description The name that people read */
            name: string;
            /** @description How many jobs may wait at once */
            max_queued: number;
        };
        MintRequest: {
            /** @description a name of 1 to 200 characters, not only white space */
            name: string;
            /** @description Id or name of the owner. Default: the caller's own owner */
            owner?: string;
            /** @description an id such as key_4fT9aBcDeF12: that of the parent key. Default: the caller, if it has limits, budgets, an expiry or a parent; otherwise none */
            parent?: string;
            /**
             * @description The preset of scopes
             * @enum {string}
             */
            role?: "client" | "miner" | "admin";
            /** @description What the key may do, such as models:use */
            scopes?: ("keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write" | "keys:*" | "owners:*" | "models:*" | "usage:*" | "audit:*" | "metrics:*" | "system:*" | "users:*" | "workspaces:*" | "documents:*" | "embeds:*" | "jobs:*" | "batches:*" | "workers:*" | "marketplace:*" | "agents:*" | "swarm:*" | "bootstrap:*" | "*")[];
            /** @description Which things the key covers */
            selectors?: {
                /** @description Which workspaces it covers */
                workspaces?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Which models it covers */
                models?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Whose workers may have the jobs of the key */
                workers?: {
                    /** @description Ids of the owners whose workers may have its jobs; empty: all */
                    owners?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Addresses or networks such as 10.0.0.0/8; empty: all */
                ips?: string[];
            };
            /** @description How many requests are let in, and how many jobs run or wait */
            limits?: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets?: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
            }[];
            /** @description How long the key is good, counted from now; null: for ever */
            expires_in_seconds?: number;
            /** @description Any JSON object with at most 50 members */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Words to find it by */
            tags?: string[];
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            expires_at?: string;
        };
        /** @description The things that the key covers. An empty allow list allows all. deny wins over allow. */
        Selectors: {
            /** @description Which workspaces it covers */
            workspaces: {
                /** @description Names or patterns such as team-*; empty: all */
                allow: string[];
                /** @description Names or patterns such as secret-*; they win over allow */
                deny: string[];
            };
            /** @description Which models it covers */
            models: {
                /** @description Names or patterns such as team-*; empty: all */
                allow: string[];
                /** @description Names or patterns such as secret-*; they win over allow */
                deny: string[];
            };
            /** @description Whose workers may have the jobs of the key */
            workers: {
                /** @description Ids of the owners whose workers may have its jobs; empty: all */
                owners: string[];
                /** @description Names or patterns such as secret-*; they win over allow */
                deny: string[];
            };
            /** @description Addresses or networks such as 10.0.0.0/8; empty: all */
            ips: string[];
        };
        /** @description Amounts are decimal text in the unit of the budget. */
        Budget: {
            /** @description The name that people read */
            name: string;
            /**
             * @description The unit of the amount
             * @enum {string}
             */
            unit: "requests" | "tokens" | "usd" | "gpu_seconds";
            /** @description a decimal number as text, such as "12.50" */
            amount: string;
            /**
             * @description When the amount begins anew
             * @enum {string}
             */
            period: "hour" | "day" | "week" | "month" | "total";
            /** @description The part of the amount that is spent, or reserved by running requests */
            used: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            resets_at: string | null;
        };
        Key: {
            /** @description Its id in the API */
            id: string;
            /** @description The name that people read */
            name: string;
            /** @description The person, service or team that it belongs to */
            owner: {
                /** @description Its id in the API */
                id: string;
                /** @description The name that people read */
                name: string;
            };
            /** @description Id of the parent key. null: none */
            parent: string | null;
            /** @description The preset of scopes */
            role: ("client" | "miner" | "admin") | null;
            /** @description What the key may do, such as models:use */
            scopes: ("keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write" | "keys:*" | "owners:*" | "models:*" | "usage:*" | "audit:*" | "metrics:*" | "system:*" | "users:*" | "workspaces:*" | "documents:*" | "embeds:*" | "jobs:*" | "batches:*" | "workers:*" | "marketplace:*" | "agents:*" | "swarm:*" | "bootstrap:*" | "*")[];
            selectors: components["schemas"]["Selectors"];
            /** @description How many requests are let in, and how many jobs run or wait */
            limits: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets: components["schemas"]["Budget"][];
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            expires_at: string | null;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "active" | "disabled" | "quarantined" | "revoked" | "expired";
            /** @description The reason that was given; null: none */
            state_reason: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /** @description The id of the key or user that made it */
            created_by: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            last_used_at: string | null;
            /** @description The secrets that the key is good with */
            secrets: {
                /** @description Its id in the API */
                id: string;
                /** @description The last characters, by which people tell secrets apart */
                hint: string;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                created_at: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                last_used_at: string | null;
                /** @description The address of the last request; null: it was not used yet */
                last_used_from: string | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                ends_at: string | null;
            }[];
            /** @description Any JSON object with at most 50 members */
            metadata: {
                [key: string]: unknown;
            };
            /** @description Words to find it by */
            tags: string[];
        };
        CreatedKey: {
            key: components["schemas"]["Key"];
            /** @description The text of the key. Only this answer contains it */
            secret: string;
            /** @description Warnings, for example of models without a price, which a budget in usd excludes */
            warnings: string[];
        };
        KeyList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Key"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        SelfKey: {
            key: components["schemas"]["Key"];
            /** @description How many requests are let in, and how many jobs run or wait */
            limits: {
                /** @description The name that people read */
                name: string;
                /** @description How many requests */
                requests?: number;
                /** @description The length of the window */
                window_seconds?: number;
                /** @description How many requests may run at once */
                concurrent?: number;
                /** @description How many requests are left now */
                remaining: number;
                /** @description When the window ends */
                resets_in_seconds?: number;
                /**
                 * @description Set if the limit or budget belongs to an ancestor or an owner of the key
                 * @enum {string}
                 */
                of?: "ancestor" | "owner";
            }[];
            /** @description What may be spent in each period */
            budgets: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
                /** @description The part of the amount that is spent, or reserved by running requests */
                used: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                resets_at: string | null;
                /** @description The part of used that running requests have reserved */
                reserved: string;
                /** @description Whether nothing is left */
                spent: boolean;
                /**
                 * @description Set if the limit or budget belongs to an ancestor or an owner of the key
                 * @enum {string}
                 */
                of?: "ancestor" | "owner";
            }[];
            /** @description Id of the secret that this request used */
            secret_id: string;
        };
        KeyChange: {
            /** @description a name of 1 to 200 characters, not only white space */
            name?: string;
            /**
             * @description The preset of scopes
             * @enum {string}
             */
            role?: "client" | "miner" | "admin";
            /** @description What the key may do, such as models:use */
            scopes?: ("keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write" | "keys:*" | "owners:*" | "models:*" | "usage:*" | "audit:*" | "metrics:*" | "system:*" | "users:*" | "workspaces:*" | "documents:*" | "embeds:*" | "jobs:*" | "batches:*" | "workers:*" | "marketplace:*" | "agents:*" | "swarm:*" | "bootstrap:*" | "*")[];
            /** @description Which things the key covers */
            selectors?: {
                /** @description Which workspaces it covers */
                workspaces?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Which models it covers */
                models?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Whose workers may have the jobs of the key */
                workers?: {
                    /** @description Ids of the owners whose workers may have its jobs; empty: all */
                    owners?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Addresses or networks such as 10.0.0.0/8; empty: all */
                ips?: string[];
            };
            /** @description How many requests are let in, and how many jobs run or wait */
            limits?: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets?: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
            }[];
            /** @description How long the key is good, counted from now; null: for ever */
            expires_in_seconds?: number;
            /** @description Any JSON object with at most 50 members */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Words to find it by */
            tags?: string[];
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            expires_at?: string | null;
            /** @description Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it. */
            last_admin?: boolean;
            /**
             * @description end: running requests end with the change. Default: they continue
             * @enum {string}
             */
            running?: "end";
        };
        /** @description From now on no node admits the key, and its running requests have ended. */
        Acknowledged: {
            /** @description Number of processes that act on the change */
            nodes: number;
            /** @description Time that the slowest process took, in milliseconds */
            waited_ms: number;
            /** @description Number of running requests that the change ended */
            requests_ended: number;
        };
        /** @description The changed key, and the processes that have confirmed the change. */
        ChangedKey: {
            key: components["schemas"]["Key"];
            acknowledged: components["schemas"]["Acknowledged"];
        };
        EndRequest: {
            /** @description The reason, for the audit record */
            reason?: string;
            /** @description Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it. */
            last_admin?: boolean;
        };
        RotateRequest: {
            /** @description How long the old secret stays good beside the new one */
            overlap_seconds?: number;
            /**
             * @description quiet: the old secret ends when nobody has used it for quiet_seconds
             * @enum {string}
             */
            end?: "quiet";
            /** @description How long nobody must have used the old secret */
            quiet_seconds?: number;
            /**
             * @description end: running requests end with the change. Default: they continue
             * @enum {string}
             */
            running?: "end";
        };
        /** @description The key with a new secret, which only this answer contains. */
        RotatedKey: {
            key: components["schemas"]["Key"];
            /** @description The text of the key. Only this answer contains it */
            secret: string;
            acknowledged: components["schemas"]["Acknowledged"];
        };
        VerifyRequest: {
            /** @description The text of the key to be looked at */
            key: string;
            /**
             * @description The scope to test, such as models:use
             * @enum {string}
             */
            scope?: "keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write";
            /** @description The thing to test the key on */
            resource?: {
                /**
                 * @description The kind of thing
                 * @enum {string}
                 */
                type: "workspace" | "model";
                /** @description Its id in the API */
                id: string;
            };
            /** @description The address from which its holder uses the key */
            ip?: string;
            /** @description Number of requests that this counts for. Default: 1 */
            cost?: number;
            /** @description Whether the answer holds the result of each check */
            explain?: boolean;
            /** @description Whether its holder uses the key now: it takes from limits and budgets, and is the last use. With false it leaves no trace. Default: true */
            consume?: boolean;
        };
        Verdict: {
            /** @description Whether it is good */
            valid: boolean;
            /**
             * @description The reason, as a word for programs
             * @enum {string}
             */
            code: "valid" | "not_found" | "malformed" | "expired" | "disabled" | "quarantined" | "revoked" | "insufficient_scope" | "forbidden_resource" | "ip_denied" | "rate_limited" | "budget_exceeded";
            /** @description The id of the key; null: no key has this text */
            key_id: string | null;
            /** @description The person, service or team that it belongs to */
            owner: {
                /** @description Its id in the API */
                id: string;
                /** @description The name that people read */
                name: string;
            } | null;
            /** @description What the key may do, such as models:use */
            scopes: ("keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write" | "keys:*" | "owners:*" | "models:*" | "usage:*" | "audit:*" | "metrics:*" | "system:*" | "users:*" | "workspaces:*" | "documents:*" | "embeds:*" | "jobs:*" | "batches:*" | "workers:*" | "marketplace:*" | "agents:*" | "swarm:*" | "bootstrap:*" | "*")[];
            /** @description Any JSON object with at most 50 members */
            metadata: {
                [key: string]: unknown;
            };
            /** @description How many requests are let in, and how many jobs run or wait */
            limits: {
                /** @description The name that people read */
                name: string;
                /** @description How many requests */
                requests?: number;
                /** @description The length of the window */
                window_seconds?: number;
                /** @description How many requests may run at once */
                concurrent?: number;
                /** @description How many requests are left now */
                remaining: number;
                /** @description When the window ends */
                resets_in_seconds?: number;
                /**
                 * @description Set if the limit or budget belongs to an ancestor or an owner of the key
                 * @enum {string}
                 */
                of?: "ancestor" | "owner";
            }[];
            /** @description What may be spent in each period */
            budgets: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
                /** @description The part of the amount that is spent, or reserved by running requests */
                used: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                resets_at: string | null;
                /** @description The part of used that running requests have reserved */
                reserved: string;
                /** @description Whether nothing is left */
                spent: boolean;
                /**
                 * @description Set if the limit or budget belongs to an ancestor or an owner of the key
                 * @enum {string}
                 */
                of?: "ancestor" | "owner";
            }[];
            /** @description The result of each check */
            explanation?: {
                /** @description The name of the check */
                check: string;
                /**
                 * @description The result of the check
                 * @enum {string}
                 */
                outcome: "passed" | "failed" | "not_asked" | "not_reached";
                /** @description What the check looked at */
                input: string | null;
                /** @description The finding, in a sentence */
                detail: string;
            }[];
        };
        LeakReport: {
            /** @description The text that was found */
            token: string;
            /** @description The address */
            url?: string;
        };
        ImportLine: {
            /** @description a name of 1 to 200 characters, not only white space */
            name: string;
            /** @description Id or name of the owner. Default: the caller's own owner */
            owner?: string;
            /** @description an id such as key_4fT9aBcDeF12: that of the parent key. Default: the caller, if it has limits, budgets, an expiry or a parent; otherwise none */
            parent?: string;
            /**
             * @description The preset of scopes
             * @enum {string}
             */
            role?: "client" | "miner" | "admin";
            /** @description What the key may do, such as models:use */
            scopes?: ("keys:read" | "keys:write" | "keys:verify" | "owners:manage" | "models:use" | "models:manage" | "usage:read" | "audit:read" | "metrics:read" | "system:read" | "system:write" | "users:manage" | "workspaces:read" | "workspaces:write" | "workspaces:chat" | "documents:read" | "documents:write" | "documents:clip" | "embeds:manage" | "jobs:submit" | "jobs:read" | "jobs:cancel" | "batches:read" | "batches:write" | "workers:register" | "workers:poll" | "workers:report" | "workers:read" | "workers:manage" | "marketplace:read" | "marketplace:offer" | "marketplace:book" | "agents:read" | "agents:write" | "agents:execute" | "swarm:join" | "swarm:read" | "swarm:coordinate" | "bootstrap:read" | "bootstrap:write" | "keys:*" | "owners:*" | "models:*" | "usage:*" | "audit:*" | "metrics:*" | "system:*" | "users:*" | "workspaces:*" | "documents:*" | "embeds:*" | "jobs:*" | "batches:*" | "workers:*" | "marketplace:*" | "agents:*" | "swarm:*" | "bootstrap:*" | "*")[];
            /** @description Which things the key covers */
            selectors?: {
                /** @description Which workspaces it covers */
                workspaces?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Which models it covers */
                models?: {
                    /** @description Names or patterns such as team-*; empty: all */
                    allow?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Whose workers may have the jobs of the key */
                workers?: {
                    /** @description Ids of the owners whose workers may have its jobs; empty: all */
                    owners?: string[];
                    /** @description Names or patterns such as secret-*; they win over allow */
                    deny?: string[];
                };
                /** @description Addresses or networks such as 10.0.0.0/8; empty: all */
                ips?: string[];
            };
            /** @description How many requests are let in, and how many jobs run or wait */
            limits?: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets?: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
            }[];
            /** @description How long the key is good, counted from now; null: for ever */
            expires_in_seconds?: number;
            /** @description Any JSON object with at most 50 members */
            metadata?: {
                [key: string]: unknown;
            };
            /** @description Words to find it by */
            tags?: string[];
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            expires_at?: string;
            /** @description The text of the key; or give sha256 in its place */
            secret?: string;
            /** @description 64 hex characters */
            sha256?: string;
        };
        ImportOutcome: {
            /** @description The number of the line, from 1 */
            line: number;
            /**
             * @description imported: stored now; exists: stored before; refused: this line is not stored; broken_off: neither this line nor the rest is
             * @enum {string}
             */
            outcome: "imported" | "exists" | "refused" | "broken_off";
            /** @description The id of the key */
            key_id?: string;
            /** @description The name that people read */
            name?: string;
            /** @description The reason, as a word for programs */
            code?: string;
            /** @description The finding, in a sentence */
            detail?: string;
            /** @description What is wrong, by field */
            errors?: {
                /** @description The path of the field, such as budgets[0].amount */
                field: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            }[];
        };
        RunningRequest: {
            /** @description Id of the request, for running/stop */
            id: string;
            /** @description Id of the key. null: the request has a session or no key */
            key_id: string | null;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string | null;
            /** @description operationId of the endpoint */
            route: string;
            /** @description The answering model. null: none yet */
            model: string | null;
            /** @description How long it has been running */
            age_seconds: number;
            /** @description Tokens so far, estimated until the upstream reports them */
            tokens_in: number;
            /** @description Tokens of the answers */
            tokens_out: number;
            /** @description Id of the process that runs the request */
            node: string;
        };
        RunningList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["RunningRequest"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
            /** @description Number of processes that did not answer in time. Their requests are not in the list */
            missing_nodes: number;
        };
        StoppedRequests: {
            acknowledged: components["schemas"]["Acknowledged"];
            /** @description Number of processes that did not answer in time. Their requests may not have been found */
            missing_nodes: number;
        };
        StopRequest: {
            /** @description Id of a key */
            key?: string;
            /** @description Only keys of this owner: its id, such as own_4fT9aBcDeF12 */
            owner?: string;
            /** @description Of keys */
            tag?: string;
        };
        OwnerRequest: {
            /** @description a name of 1 to 200 characters, not only white space */
            name: string;
            /**
             * @description The kind of owner
             * @enum {string}
             */
            kind: "person" | "service" | "team";
            /** @description How many requests are let in, and how many jobs run or wait */
            limits?: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets?: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
            }[];
        };
        Owner: {
            /** @description Its id in the API */
            id: string;
            /** @description The name that people read */
            name: string;
            /**
             * @description The kind of owner
             * @enum {string}
             */
            kind: "person" | "service" | "team";
            /**
             * @description active, or suspended: none of its keys works
             * @enum {string}
             */
            state: "active" | "suspended";
            /** @description How many requests are let in, and how many jobs run or wait */
            limits: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets: components["schemas"]["Budget"][];
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
        };
        OwnerList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Owner"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        OwnerChange: {
            /** @description a name of 1 to 200 characters, not only white space */
            name?: string;
            /**
             * @description The kind of owner
             * @enum {string}
             */
            kind?: "person" | "service" | "team";
            /**
             * @description active, or suspended: none of its keys works
             * @enum {string}
             */
            state?: "active" | "suspended";
            /** @description How many requests are let in, and how many jobs run or wait */
            limits?: components["schemas"]["Limit"][];
            /** @description What may be spent in each period */
            budgets?: {
                /** @description The name that people read */
                name: string;
                /**
                 * @description The unit of the amount
                 * @enum {string}
                 */
                unit: "requests" | "tokens" | "usd" | "gpu_seconds";
                /** @description a decimal number as text, such as "12.50" */
                amount: string;
                /**
                 * @description When the amount begins anew
                 * @enum {string}
                 */
                period: "hour" | "day" | "week" | "month" | "total";
            }[];
            /** @description Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it. */
            last_admin?: boolean;
        };
        ChangedOwner: {
            owner: components["schemas"]["Owner"];
            acknowledged: components["schemas"]["Acknowledged"];
        };
        UpstreamRequest: {
            /** @description The name that people read */
            name: string;
            /** @description an http or https URL with the prefix of the API, such as https://api.openai.com/v1 */
            base_url: string;
            /** @description Credential of the upstream. Write-only, stored sealed */
            api_key?: string | null;
            /** @description Headers that Keyward sends with every request. Values are write-only */
            headers?: {
                [key: string]: string;
            };
            /** @description The models of the upstream. Empty: all models that it lists */
            models?: (string | {
                /** @description The name that people read */
                name: string;
                /** @description The name of the model at the upstream */
                upstream_name: string;
                /** @description Tokens of its longest answer. Keyward reserves them for, and writes them into, requests without a bound that count against a budget */
                max_output_tokens?: number;
            })[];
            /** @description How long the upstream may take to begin its answer */
            timeout_seconds?: number;
            /** @description Its share of the requests among upstreams that have the model; 0: only where no other works */
            weight?: number;
            /** @description Model or pattern such as "gpt-*" → price */
            prices?: {
                [key: string]: {
                    /** @description a decimal number as text, such as "2.50" */
                    input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cached_input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cache_write_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    output_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    reasoning_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_request_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_image_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_second_usd?: string;
                };
            };
            /**
             * @description refuse: a key with a budget in usd cannot use models without a price. allow: it may use them, at a cost of 0. Default: refuse
             * @enum {string}
             */
            unpriced?: "refuse" | "allow";
            /** @description Whether it is in use */
            enabled?: boolean;
        };
        Upstream: {
            /** @description Its id in the API */
            id: string;
            /** @description The name that people read */
            name: string;
            /** @description The address of the upstream, such as https://api.example.com/v1 */
            base_url: string;
            /** @description Whether a key of the upstream is kept */
            has_api_key: boolean;
            /** @description The last characters of the upstream's key; null: it has none */
            api_key_hint: string | null;
            /** @description Names of the further headers that it is sent; their values are not shown */
            headers: string[];
            /** @description The models of the upstream. Empty: all models that it lists */
            models: (string | {
                /** @description The name that people read */
                name: string;
                /** @description The name of the model at the upstream */
                upstream_name: string;
                /** @description Tokens of its longest answer. Keyward reserves them for, and writes them into, requests without a bound that count against a budget */
                max_output_tokens?: number;
            })[];
            /** @description How long the upstream may take to begin its answer */
            timeout_seconds: number;
            /** @description Its share of the requests among upstreams that have the model; 0: only where no other works */
            weight: number;
            /** @description Model or pattern such as "gpt-*" → price */
            prices: {
                [key: string]: {
                    /** @description a decimal number as text, such as "2.50" */
                    input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cached_input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cache_write_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    output_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    reasoning_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_request_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_image_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_second_usd?: string;
                };
            };
            /**
             * @description refuse: a key with a budget in usd cannot use models without a price. allow: it may use them, at a cost of 0. Default: refuse
             * @enum {string}
             */
            unpriced: "refuse" | "allow";
            /** @description Whether it is in use */
            enabled: boolean;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            updated_at: string;
            /** @description Counts the changes: the ETag that a PATCH can name in If-Match */
            revision: number;
            /** @description Warnings, for example of models without a price */
            warnings: string[];
        };
        UpstreamList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Upstream"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        UpstreamChange: {
            /** @description The name that people read */
            name?: string;
            /** @description an http or https URL with the prefix of the API, such as https://api.openai.com/v1 */
            base_url?: string;
            /** @description Credential of the upstream. Write-only, stored sealed */
            api_key?: string | null;
            /** @description Headers that Keyward sends with every request. Values are write-only */
            headers?: {
                [key: string]: string;
            };
            /** @description The models of the upstream. Empty: all models that it lists */
            models?: (string | {
                /** @description The name that people read */
                name: string;
                /** @description The name of the model at the upstream */
                upstream_name: string;
                /** @description Tokens of its longest answer. Keyward reserves them for, and writes them into, requests without a bound that count against a budget */
                max_output_tokens?: number;
            })[];
            /** @description How long the upstream may take to begin its answer */
            timeout_seconds?: number;
            /** @description Its share of the requests among upstreams that have the model; 0: only where no other works */
            weight?: number;
            /** @description Model or pattern such as "gpt-*" → price */
            prices?: {
                [key: string]: {
                    /** @description a decimal number as text, such as "2.50" */
                    input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cached_input_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    cache_write_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    output_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    reasoning_usd_per_million_tokens?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_request_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_image_usd?: string;
                    /** @description a decimal number as text, such as "2.50" */
                    per_second_usd?: string;
                };
            };
            /**
             * @description refuse: a key with a budget in usd cannot use models without a price. allow: it may use them, at a cost of 0. Default: refuse
             * @enum {string}
             */
            unpriced?: "refuse" | "allow";
            /** @description Whether it is in use */
            enabled?: boolean;
        };
        UpstreamTest: {
            /** @description Whether it works */
            ok: boolean;
            /** @description The steps of the test, in order */
            steps: {
                /** @description The step of the test */
                step: string;
                /** @description Whether it works */
                ok: boolean;
                /** @description How long it took */
                took_ms: number;
                /** @description The finding, in a sentence */
                detail: string;
            }[];
        };
        UsageStep: {
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            start: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            end: string;
            /** @description Ids and names; empty if the use had none. For visitors of a chat widget the key is `widget:` and its UUID */
            group: {
                [key: string]: string;
            };
            /** @description How many requests */
            requests: number;
            /** @description How many requests were refused, by code */
            refusals: {
                [key: string]: number;
            };
            /** @description Tokens of the requests */
            tokens_in: number;
            /** @description Tokens of the answers */
            tokens_out: number;
            /** @description US dollars, as decimal text */
            usd: string;
            /** @description Of the workers that did its jobs */
            gpu_seconds: string;
            /** @description How many of the requests were counted by estimate, because the upstream did not say what they took */
            estimated_requests: number;
        };
        Usage: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["UsageStep"][];
        };
        AuditRecord: {
            /** @description The number of the record, from 1 */
            seq: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            at: string;
            /** @description The id of the key, user or process that acted */
            actor: string;
            /** @description The operation, such as keys.create */
            action: string;
            /** @description The id of the thing that was acted on */
            target: string;
            /**
             * @description The result of the operation
             * @enum {string}
             */
            outcome: "ok" | "refused" | "failed";
            /** @description Any JSON object with at most 50 members */
            details: {
                [key: string]: unknown;
            };
            /** @description The hash of the record before */
            prev_hash: string;
            /** @description SHA-256 of this record and of the hash before it, as hex */
            hash: string;
        };
        AuditList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["AuditRecord"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        Checkpoint: {
            /** @description The number of the record, from 1 */
            seq: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            at: string;
            /** @description The hash of the last record, as hex */
            hash: string;
            /** @description How many records it stands for */
            records: number;
            /** @description The id of the key that signed */
            key_id: string;
            /** @description The Ed25519 key that the signature is checked by */
            public_key: string;
            /** @description Of the hash, by the public key */
            signature: string;
        };
        BootstrapReportedKey: {
            /** @description the id of the key in the manifest, such as anythingllm */
            id: string;
            /**
             * @description What the run did with the key
             * @enum {string}
             */
            action: "none" | "create" | "update" | "note" | "rotate" | "revoke" | "destroy";
            /** @description Ids in the service of the keys that the run revoked */
            revoked: string[];
            /** @description one line of at most 1,000 characters that says why */
            reason: string | null;
            /** @description How the key is stored; left out: the run did not look */
            seen?: {
                /**
                 * @description How the run saw the key
                 * @enum {string}
                 */
                state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating";
                /** @description a sink and a place in it, such as vault:kv/data/app#API_KEY */
                place: string | null;
                /** @description The other places of the value */
                copies: string[];
                /** @description where the value came from, such as env:JWT_SECRET, random, mint:anythingllm or found */
                source: string | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                stored_at: string | null;
                /** @description What the service says of the stored key; null: no service was asked */
                verdict: ("valid" | "invalid" | "unknown") | null;
                /** @description the id of the key in its service: 1 to 128 visible ASCII characters. Never the key */
                service_key_id: string | null;
            };
        };
        BootstrapReport: {
            /** @description 8 to 64 letters, digits, ".", "_" and "-", such as a UUID */
            run_id: string;
            /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
            stack: string;
            /**
             * @description The command that ran
             * @enum {string}
             */
            verb: "apply" | "status" | "verify" | "rotate" | "gc" | "destroy";
            /** @description the name of the machine that ran it */
            host: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            started_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            finished_at: string;
            /** @description The keys of the run */
            keys: components["schemas"]["BootstrapReportedKey"][];
        };
        BootstrapRecorded: {
            /** @description The stack of the report */
            stack: string;
            /** @description The run of the report */
            run_id: string;
            /** @description How many keys the report names */
            keys: number;
            /** @description How many steps and changes of state were recorded */
            events: number;
        };
        BootstrapKey: {
            /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
            stack: string;
            /** @description the id of the key in the manifest, such as anythingllm */
            id: string;
            /**
             * @description How the key is. `in_step`: as the manifest says. `missing`, `deleted`: no value is stored. `edited`: somebody else changed the value. `unmarked`: stored by somebody else. `differs`: another value is given. `copies_differ`: a copy is not in step. `refused`, `given_refused`: the service does not accept the stored or the given value. `unreachable`: the service could not say. `hidden`: the run had no right to read the value. `rotating`: a former value is still good. `destroyed`: ended on purpose. `unknown`: no run has looked at it
             * @enum {string}
             */
            state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
            /**
             * @description The state at the last report. `state` differs where this server ended the key since then
             * @enum {string}
             */
            reported_state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
            /** @description one line of at most 1,000 characters that says why */
            reason: string | null;
            /** @description a sink and a place in it, such as vault:kv/data/app#API_KEY */
            place: string | null;
            /** @description The other places of the value */
            copies: string[];
            /** @description where the value came from, such as env:JWT_SECRET, random, mint:anythingllm or found */
            source: string | null;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            stored_at: string | null;
            /** @description What the service says of the stored key; null: no service was asked */
            verdict: ("valid" | "invalid" | "unknown") | null;
            /** @description the id of the key in its service: 1 to 128 visible ASCII characters. Never the key */
            service_key_id: string | null;
            /** @description The state of service_key_id, if it is a key of this server that the caller may read */
            key_state: ("active" | "disabled" | "quarantined" | "revoked" | "expired") | null;
            /** @description The run that last reported the key; its times are those of its machine */
            last_run: {
                /** @description 8 to 64 letters, digits, ".", "_" and "-", such as a UUID */
                run_id: string;
                /**
                 * @description The command that ran
                 * @enum {string}
                 */
                verb: "apply" | "status" | "verify" | "rotate" | "gc" | "destroy";
                /** @description the name of the machine that ran it */
                host: string | null;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                finished_at: string;
            };
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            reported_at: string;
            /** @description Who reported it last */
            reported_by: {
                /** @description Id of the key that reported */
                key: string;
                /** @description Id of its owner */
                owner: string;
            };
        };
        BootstrapKeyList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["BootstrapKey"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        BootstrapEvent: {
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            at: string;
            /** @description As in the audit record, such as key_created or drift_seen */
            action: string;
            /**
             * @description How the key is. `in_step`: as the manifest says. `missing`, `deleted`: no value is stored. `edited`: somebody else changed the value. `unmarked`: stored by somebody else. `differs`: another value is given. `copies_differ`: a copy is not in step. `refused`, `given_refused`: the service does not accept the stored or the given value. `unreachable`: the service could not say. `hidden`: the run had no right to read the value. `rotating`: a former value is still good. `destroyed`: ended on purpose. `unknown`: no run has looked at it
             * @enum {string}
             */
            state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
            /** @description one line of at most 1,000 characters that says why */
            reason: string | null;
            /** @description Ids in the service of the keys that were revoked */
            revoked: string[];
            /**
             * @description The command that ran
             * @enum {string}
             */
            verb: "apply" | "status" | "verify" | "rotate" | "gc" | "destroy";
            /** @description 8 to 64 letters, digits, ".", "_" and "-", such as a UUID */
            run_id: string;
            /** @description Id of the key that reported it */
            reported_by: string;
        };
        BootstrapKeyWithEvents: {
            /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
            stack: string;
            /** @description the id of the key in the manifest, such as anythingllm */
            id: string;
            /**
             * @description How the key is. `in_step`: as the manifest says. `missing`, `deleted`: no value is stored. `edited`: somebody else changed the value. `unmarked`: stored by somebody else. `differs`: another value is given. `copies_differ`: a copy is not in step. `refused`, `given_refused`: the service does not accept the stored or the given value. `unreachable`: the service could not say. `hidden`: the run had no right to read the value. `rotating`: a former value is still good. `destroyed`: ended on purpose. `unknown`: no run has looked at it
             * @enum {string}
             */
            state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
            /**
             * @description The state at the last report. `state` differs where this server ended the key since then
             * @enum {string}
             */
            reported_state: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
            /** @description one line of at most 1,000 characters that says why */
            reason: string | null;
            /** @description a sink and a place in it, such as vault:kv/data/app#API_KEY */
            place: string | null;
            /** @description The other places of the value */
            copies: string[];
            /** @description where the value came from, such as env:JWT_SECRET, random, mint:anythingllm or found */
            source: string | null;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            stored_at: string | null;
            /** @description What the service says of the stored key; null: no service was asked */
            verdict: ("valid" | "invalid" | "unknown") | null;
            /** @description the id of the key in its service: 1 to 128 visible ASCII characters. Never the key */
            service_key_id: string | null;
            /** @description The state of service_key_id, if it is a key of this server that the caller may read */
            key_state: ("active" | "disabled" | "quarantined" | "revoked" | "expired") | null;
            /** @description The run that last reported the key; its times are those of its machine */
            last_run: {
                /** @description 8 to 64 letters, digits, ".", "_" and "-", such as a UUID */
                run_id: string;
                /**
                 * @description The command that ran
                 * @enum {string}
                 */
                verb: "apply" | "status" | "verify" | "rotate" | "gc" | "destroy";
                /** @description the name of the machine that ran it */
                host: string | null;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                finished_at: string;
            };
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            reported_at: string;
            /** @description Who reported it last */
            reported_by: {
                /** @description Id of the key that reported */
                key: string;
                /** @description Id of its owner */
                owner: string;
            };
            /** @description The last 50 steps and changes of state, newest first */
            events: components["schemas"]["BootstrapEvent"][];
        };
        /** @description What a worker must have */
        JobConstraints: {
            /** @description Any of these */
            models?: string[];
            /** @description A part of the name of a GPU, such as 4090 */
            gpu?: string;
            /** @description Of one GPU */
            min_vram_gb?: number;
            /** @description A version, such as 12.4, or later */
            cuda?: string;
            /** @description Of the model */
            digest?: string;
            /** @description Such as q4_K_M */
            quantization?: string;
            /** @description Tokens */
            min_context?: number;
            /** @description All of these, such as tools */
            features?: string[];
            /** @description Where the worker must stand */
            region?: string;
            /** @description USD of a whole worker */
            max_price_per_hour?: number;
            /** @description Names and values of your own */
            labels?: {
                [key: string]: string;
            };
            /** @description Ids of owners: only their workers */
            owners?: string[];
            /** @description Ids of owners: none of their workers */
            not_owners?: string[];
            /** @description Ids or names: only these workers */
            workers?: string[];
            /** @description Ids or names: none of these workers */
            not_workers?: string[];
        };
        JobRequest: {
            /** @description Any JSON object. The worker gets it as it is; {"prompt": p} becomes messages */
            payload?: {
                [key: string]: unknown;
            };
            /** @description In place of payload: one message of a user */
            prompt?: string;
            /** @description The messages, in their order */
            messages?: unknown[];
            /** @description The model that does it. Default: any */
            model?: string;
            /** @description Default: inference */
            type?: string;
            constraints?: components["schemas"]["JobConstraints"];
            /** @description How long it may wait for a worker. Default: 900 */
            ttl_seconds?: number;
            /** @description How long an attempt may take. Default: 600 */
            run_timeout_seconds?: number;
            /** @description Default: 3 */
            max_attempts?: number;
            /** @description 9: first, among jobs of the same owner. Default: 5 */
            priority?: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            not_before?: string;
            /**
             * @description restart: another worker begins anew when one is lost; fail: the job fails. Default: restart
             * @enum {string}
             */
            recovery?: "restart" | "fail";
            /** @description Where the end of the job is reported */
            webhook_url?: string;
            /** @description Any JSON object with at most 50 members */
            metadata?: {
                [key: string]: unknown;
            };
        };
        Job: {
            /** @description Id of the job */
            job_id: string;
            /** @description The kind of thing or of event */
            type: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            requested_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            started_at: string | null;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            expires_at: string;
            /** @description Number of workers that have had the job so far */
            attempt: number;
            /** @description Number of attempts that may fail */
            max_attempts: number;
            /** @description 9: first, among jobs of the same owner */
            priority: number;
            /** @description 1: next. null: it does not wait, or the position is above 1,000 */
            queue_position: number | null;
            /** @description Estimated wait; null: not known */
            eta_seconds: number | null;
            /** @description Why it still waits. null: it does not */
            waiting: {
                /** @description The reason, for the audit record */
                reason: string;
                /** @description Number of workers that are online */
                workers_online: number;
                /** @description Number of known workers by the reason why they do not have the job */
                excluded: {
                    [key: string]: number;
                };
            } | null;
            /** @description Whether some known worker can do it */
            is_possible: boolean;
            /** @description The constraints that no known worker meets */
            impossible_because: string[];
            /** @description As the worker reported it */
            progress: unknown;
            /** @description Id of the worker that has or had the job; null: none */
            assigned_worker: string | null;
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /** @description Any JSON object with at most 50 members */
            metadata: {
                [key: string]: unknown;
            };
        };
        JobList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Job"][];
            /** @description null: more than 10,000 */
            total: number | null;
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        /** @description What a job took, signed by this server. Verify it offline: keyward receipts verify */
        JobReceipt: {
            /** @description Id of the job */
            job_id: string;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string;
            /** @description Id of the worker */
            worker_id: string;
            /** @description Owner of the worker */
            worker_owner_id: string;
            /** @description The result of the check */
            outcome: string;
            /** @description The workers that had the job, in order */
            attempts: {
                /** @description Number of the attempt, from 1 */
                attempt: number;
                /** @description Id of the worker */
                worker_id: string;
                /** @description The result of the check */
                outcome: string;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                started_at: string;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                ended_at: string;
            }[];
            /** @description What counts: the word of the worker, at most what the server measured */
            gpu_seconds: number;
            /** @description The word of the worker */
            gpu_seconds_claimed: number;
            /** @description The time of the lease × the GPUs of the worker */
            gpu_seconds_measured: number;
            /** @description Tokens of the request */
            prompt_tokens: number;
            /** @description Tokens of the answer */
            completion_tokens: number;
            /** @description The name of the model */
            model: string | null;
            /** @description Hash of the weights; null: not said */
            model_digest: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            started_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            finished_at: string;
            /** @description Of the key that signed it */
            key_id: string;
            /** @description PEM */
            public_key: string;
            /** @description Ed25519, base64 */
            signature: string;
        };
        JobResult: {
            /** @description Id of the job */
            job_id: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
            /** @description As the worker reported it. null: none */
            result: unknown;
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /** @description The tokens that it took */
            usage: {
                /** @description Tokens of the request */
                prompt_tokens: number;
                /** @description Tokens of the answer */
                completion_tokens: number;
                /** @description Tokens in all */
                total_tokens: number;
            } | null;
            /** @description What the job took; null: no worker had it */
            receipt: components["schemas"]["JobReceipt"] | null;
        };
        WorkerCapabilities: {
            /** @description Its GPUs */
            gpus?: {
                /** @description The name that people read */
                name: string;
                /** @description Memory in MiB */
                memory_mb: number;
                /** @description A version, such as 12.4 */
                cuda?: string;
            }[];
            /** @description In place of gpus: a single one */
            gpu?: {
                /** @description The name of the model */
                model: string;
                /** @description Memory in GiB */
                memory_gb?: number;
            };
            /** @description Names, or more about them */
            models?: (string | {
                /** @description The name that people read */
                name: string;
                /** @description Hash of the weights */
                digest?: string;
                /** @description Such as q4_K_M */
                quantization?: string;
                /** @description The longest context, in tokens */
                context?: number;
                /** @description Such as tools */
                features?: string[];
                /** @description Whether it is in memory */
                loaded?: boolean;
                /** @description How long the model takes to load */
                load_seconds?: number;
            })[];
            /** @description Names and values of your own */
            labels?: {
                [key: string]: string;
            };
            /** @description Types of jobs. Default: inference, embedding, retrieve */
            types?: string[];
        };
        WorkerRequest: {
            capabilities: components["schemas"]["WorkerCapabilities"];
            /** @description Jobs at a time. Default: 1 */
            concurrency?: number;
            /** @description Where it stands, in words of your own */
            region?: string;
            /** @description USD of the whole worker. No money moves */
            price_per_hour?: number;
            /** @description Version of this protocol. Default: 1 */
            protocol?: number;
        };
        RegisteredWorker: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description Renew leases so often */
            heartbeat_seconds: number;
            /** @description A worker that is silent for so long loses its jobs */
            lease_seconds: number;
            /** @description Version of the protocol of workers */
            protocol: number;
        };
        Worker: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description The name that people read */
            name: string;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "online" | "draining" | "resting" | "offline";
            /** @description Its GPUs, models, labels and types of jobs */
            capabilities: {
                [key: string]: unknown;
            };
            /** @description Jobs at a time */
            concurrency: number;
            /** @description Jobs that it works on */
            jobs: number;
            /** @description Where it stands; null: not said */
            region: string | null;
            /** @description USD of the whole worker; null: not said */
            price_per_hour: number | null;
            /** @description When its booking ends; null: it is not booked */
            booked_until: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            registered_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            seen_at: string;
        };
        WorkerLeaves: {
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "draining" | "gone";
            /** @description Number of jobs that it still holds */
            leases: number;
        };
        WorkerList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Worker"][];
        };
        WorkerPoll: {
            /** @description Default: 15 */
            max_wait_seconds?: number;
            /** @description Default: 1 */
            max_jobs?: number;
        };
        WorkerJob: {
            /** @description Id of the job */
            job_id: string;
            /** @description Number of the attempt, from 1 */
            attempt: number;
            /** @description Belongs to every report about this job */
            lease_token: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lease_expires_at: string;
            /** @description The kind of thing or of event */
            type: string;
            /** @description What the client sent */
            payload: {
                [key: string]: unknown;
            };
            /** @description What the job needs of a worker */
            constraints: {
                [key: string]: unknown;
            };
            /** @description The model of this worker that fits */
            model: string | null;
            /** @description How long the attempt may take */
            run_timeout_seconds: number;
        };
        WorkerJobs: {
            /** @description The jobs */
            jobs: components["schemas"]["WorkerJob"][];
        };
        WorkerHeartbeat: {
            /** @description The jobs that the worker holds */
            leases?: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                job_id: string;
                /** @description The lease_token of the job, 32 of 0-9 and a-f */
                lease_token: string;
                /** @description How far the job is: any JSON value of up to 4 KiB, for those who follow it */
                progress?: unknown;
            }[];
            /**
             * @description draining: gets no more jobs
             * @enum {string}
             */
            status?: "online" | "draining";
        };
        WorkerLease: {
            /** @description Id of the job */
            job_id: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "active" | "cancel_requested" | "lost";
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            lease_expires_at: string | null;
        };
        WorkerLeases: {
            /** @description The leases that were sent, in their order */
            leases: components["schemas"]["WorkerLease"][];
        };
        WorkerResult: {
            /** @description The lease_token of the job, 32 of 0-9 and a-f */
            lease_token: string;
            /** @description {"output": …, "usage": {"prompt_tokens": …, "completion_tokens": …}}, or an OpenAI answer */
            result: unknown;
            /** @description What the work took */
            metrics?: {
                /** @description GPU time, in seconds */
                gpu_seconds?: number;
                /** @description How fast it was */
                tokens_per_second?: number;
                /** @description Hash of the weights; null: not said */
                model_digest?: string;
            } & {
                [key: string]: unknown;
            };
        };
        WorkerReceipt: {
            receipt: components["schemas"]["JobReceipt"];
        };
        WorkerFailure: {
            /** @description The lease_token of the job, 32 of 0-9 and a-f */
            lease_token: string;
            /**
             * @description The reason
             * @enum {string}
             */
            error_code: "oom" | "model_missing" | "context_too_long" | "upstream_error" | "refused" | "bad_payload" | "interrupted" | "internal";
            /** @description The reason in words, for the client */
            error_message?: string;
        };
        Gpu: {
            /** @description Id of the GPU, such as wrk_4fT9aBcDeF12-0 */
            gpu_id: string;
            /** @description Id of the worker */
            worker_id: string;
            /** @description Owner of the worker, who can read what it computes */
            owner_id: string;
            /** @description Name of the GPU */
            model: string;
            /** @description Memory in MiB */
            memory_mb: number;
            /** @description A version, such as 12.4; null: not said */
            cuda: string | null;
            /** @description How many GPUs its worker has: a booking is of all of them */
            gpus: number;
            /** @description Models that its worker serves */
            models: string[];
            /** @description Where it stands; null: not said */
            region: string | null;
            /** @description USD of the whole worker; null: not said */
            price_per_hour: number | null;
            /** @description Words of its owner; null: none */
            description: string | null;
            /**
             * @description Of its worker
             * @enum {string}
             */
            state: "online" | "busy" | "booked" | "offline";
            /** @description Whether you may book it while it is free */
            is_bookable: boolean;
            /** @description When its booking ends; null: it is not booked */
            booked_until: string | null;
            /** @description The owner who has booked it, if it is you, or for administrators */
            booked_by: string | null;
        };
        GpuList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Gpu"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        GpuOffer: {
            /** @description Id of a GPU or worker, or name of a worker. Default: that of X-Miner-ID */
            worker?: string;
            /** @description USD of the whole worker; null: that of its registration */
            price_per_hour?: number | null;
            /** @description Shown in the list; null: none */
            description?: string | null;
            /** @description Whether other owners may book it. Default: true */
            is_bookable?: boolean;
        };
        OfferedWorker: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description The GPUs of the worker */
            gpus: components["schemas"]["Gpu"][];
        };
        GpuBooking: {
            /** @description From now, such as 1.5 */
            duration_hours: number;
        };
        ReleasedWorker: {
            /** @description Id of the worker */
            worker_id: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "released";
        };
        JobStats: {
            /** @description The time that the counts of finished jobs cover */
            period_seconds: number;
            /** @description QUEUED and RUNNING: now. The others: ended within the period. 100,000 at most */
            jobs: {
                /** @description Jobs in the state QUEUED */
                QUEUED: number;
                /** @description Jobs in the state RUNNING */
                RUNNING: number;
                /** @description Jobs in the state COMPLETED */
                COMPLETED: number;
                /** @description Jobs in the state FAILED */
                FAILED: number;
                /** @description Jobs in the state CANCELED */
                CANCELED: number;
                /** @description Jobs in the state EXPIRED */
                EXPIRED: number;
            };
            /** @description How long the oldest job that may start has waited; null: none waits */
            oldest_queued_seconds: number | null;
            /** @description Workers by state */
            workers: {
                /** @description Workers that get jobs */
                online: number;
                /** @description Workers that finish what they have */
                draining: number;
                /** @description Workers that get no jobs for a time, after failures */
                resting: number;
                /** @description Workers that were seen within a week, but not now */
                offline: number;
                /** @description Workers of any state that are booked */
                booked: number;
            };
            /** @description How long completed jobs took */
            durations: {
                /** @description Number of completed jobs that were read: the latest within the period, 10,000 at most */
                jobs: number;
                /** @description From the time at which a job could start to its last attempt */
                wait_seconds: {
                    /** @description Median, in seconds; null: no job */
                    p50: number | null;
                    /** @description 95th percentile, in seconds; null: no job */
                    p95: number | null;
                };
                /** @description Of the last attempt */
                run_seconds: {
                    /** @description Median, in seconds; null: no job */
                    p50: number | null;
                    /** @description 95th percentile, in seconds; null: no job */
                    p95: number | null;
                };
            };
        };
        AdminStatus: {
            /**
             * @description pending, claimed or disabled
             * @enum {string}
             */
            status: "ready" | "not_ready";
            /** @description The version of the server */
            version: string;
            /** @description The parts of this process, as in /readyz */
            parts: {
                [key: string]: {
                    /** @description Whether it is ready */
                    ok: boolean;
                    /** @description Its state in words */
                    detail: string;
                };
            };
            /** @description Jobs that wait. 100,000 at most */
            jobs_queued: number;
            /** @description Jobs that run. 100,000 at most */
            jobs_running: number;
            /** @description How long the oldest job that may start has waited; null: none waits */
            oldest_queued_seconds: number | null;
            /** @description Number of workers that are online */
            workers_online: number;
        };
        AdminJob: {
            /** @description Id of the job */
            job_id: string;
            /** @description Owner of the job */
            owner_id: string;
            /** @description The kind of thing or of event */
            type: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            requested_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            started_at: string | null;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            expires_at: string;
            /** @description Number of workers that have had the job so far */
            attempt: number;
            /** @description Number of attempts that may fail */
            max_attempts: number;
            /** @description 9: first, among jobs of the same owner */
            priority: number;
            /** @description Id of the worker that has or had the job; null: none */
            assigned_worker: string | null;
            /** @description Why it failed; null: it did not */
            error_code: string | null;
        };
        AdminJobList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["AdminJob"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        AdminWorker: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description The name that people read */
            name: string;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "online" | "draining" | "resting" | "offline";
            /** @description Its GPUs, models, labels and types of jobs */
            capabilities: {
                [key: string]: unknown;
            };
            /** @description Jobs at a time */
            concurrency: number;
            /** @description Jobs that it works on */
            jobs: number;
            /** @description Where it stands; null: not said */
            region: string | null;
            /** @description USD of the whole worker; null: not said */
            price_per_hour: number | null;
            /** @description When its booking ends; null: it is not booked */
            booked_until: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            registered_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            seen_at: string;
            /** @description The owner who has booked it; null: nobody */
            booked_by: string | null;
        };
        AdminWorkerList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["AdminWorker"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        WorkflowRequest: {
            /** @description a name of 1 to 200 characters, not only white space */
            name: string;
            /** @description What it is about */
            description?: string;
            /** @description Default: one inference step, main, with the prompt {{inputs.prompt}} */
            steps?: {
                /** @description A letter, then letters, digits, "_" and "-"; 50 characters at most */
                id: string;
                /**
                 * @description retrieve searches a workspace. Default: inference
                 * @enum {string}
                 */
                type?: "inference" | "embedding" | "retrieve";
                /** @description Default: any that a worker chooses */
                model?: string;
                /** @description May have {{inputs.NAME}} and {{steps.ID.output}}. For retrieve: the query */
                prompt: string;
                /** @description Slug of the workspace, for retrieve */
                workspace?: string;
                /** @description Passages, for retrieve. Default: the setting of the workspace */
                top_n?: number;
                /** @description Ids of steps that must be over first, besides those that the prompt names */
                depends_on?: string[];
                /** @description How long an attempt may take. Default: 600 */
                timeout_seconds?: number;
                /** @description Default: 2 */
                max_retries?: number;
            }[];
        };
        Workflow: {
            /** @description Id of the workflow, such as wfl_4fT9aBcDeF12 */
            workflow_id: string;
            /** @description The name that people read */
            name: string;
            /** @description What it is about */
            description: string;
            /** @description The steps of the test, in order */
            steps: {
                /** @description Its id in the API */
                id: string;
                /**
                 * @description The kind of thing or of event
                 * @enum {string}
                 */
                type: "inference" | "embedding" | "retrieve";
                /** @description The name of the model */
                model: string | null;
                /** @description The instruction to the model */
                prompt: string;
                /** @description The workspace; null: none */
                workspace: string | null;
                /** @description Passages. null: the setting of the workspace */
                top_n: number | null;
                /** @description Ids of the steps that must be over first, also those that the prompt names */
                depends_on: string[];
                /** @description How long the upstream may take to begin its answer */
                timeout_seconds: number;
                /** @description Further attempts after a failure */
                max_retries: number;
            }[];
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            updated_at: string;
        };
        WorkflowList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Workflow"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        ExecuteRequest: {
            /** @description The values of {{inputs.NAME}} */
            inputs?: {
                [key: string]: unknown;
            };
        };
        Execution: {
            /** @description Id of the execution, such as exec_4fT9aBcDeF12 */
            execution_id: string;
            /** @description Id of the workflow */
            workflow_id: string | null;
            /** @description As it was when it was executed */
            workflow_name: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
        };
        ExecutionList: {
            /** @description The items, in the order of the list */
            items: components["schemas"]["Execution"][];
            /** @description Asks for the next page; null: this is the last one */
            next_cursor: string | null;
        };
        ExecutionDetails: {
            /** @description Id of the execution, such as exec_4fT9aBcDeF12 */
            execution_id: string;
            /** @description Id of the workflow */
            workflow_id: string | null;
            /** @description As it was when it was executed */
            workflow_name: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
            /** @description How far it is */
            progress: {
                /** @description Steps that have ended */
                over: number;
                /** @description All steps */
                total: number;
            };
            /** @description The steps of the test, in order */
            steps: {
                /** @description Its id in the API */
                id: string;
                /**
                 * @description The kind of thing or of event
                 * @enum {string}
                 */
                type: "inference" | "embedding" | "retrieve";
                /**
                 * @description Whether the key is good, and why not
                 * @enum {string}
                 */
                state: "PENDING" | "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "SKIPPED";
                /** @description Id of the job */
                job_id: string | null;
                /** @description What went wrong; null: nothing */
                error: {
                    /** @description The reason, as a word for programs */
                    code: string;
                    /** @description A text for people; null: nothing to say */
                    message: string;
                } | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                started_at: string | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                finished_at: string | null;
            }[];
            /** @description Another name of input; input is read first */
            inputs: {
                [key: string]: unknown;
            };
            /** @description By the ids of the steps */
            outputs: {
                [key: string]: unknown;
            };
            /** @description Of the step that no other one needs; of several, by their ids. null: not completed */
            output: unknown;
        };
        ExecutionStatus: {
            /** @description Id of the execution, such as exec_4fT9aBcDeF12 */
            execution_id: string;
            /** @description Id of the workflow */
            workflow_id: string | null;
            /** @description As it was when it was executed */
            workflow_name: string;
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
            /** @description How far it is */
            progress: {
                /** @description Steps that have ended */
                over: number;
                /** @description All steps */
                total: number;
            };
            /** @description The steps of the test, in order */
            steps: {
                /** @description Its id in the API */
                id: string;
                /**
                 * @description The kind of thing or of event
                 * @enum {string}
                 */
                type: "inference" | "embedding" | "retrieve";
                /**
                 * @description Whether the key is good, and why not
                 * @enum {string}
                 */
                state: "PENDING" | "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "SKIPPED";
                /** @description Id of the job */
                job_id: string | null;
                /** @description What went wrong; null: nothing */
                error: {
                    /** @description The reason, as a word for programs */
                    code: string;
                    /** @description A text for people; null: nothing to say */
                    message: string;
                } | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                started_at: string | null;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                finished_at: string | null;
            }[];
        };
        ExecutionLog: {
            /** @description The items, in the order of the list */
            items: {
                /** @description The number of the record, from 1 */
                seq: number;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                at: string;
                /** @description null: the execution as a whole */
                step: string | null;
                /** @description The new state, or WAITING */
                event: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            }[];
        };
        SwarmJoinRequest: {
            /** @description Such as worker */
            role: string;
            /** @description Such as translation; coordinate can ask for it */
            capability: string;
            /** @description Default: the region of the worker */
            region?: string;
            /**
             * @description high: chosen first. Default: normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            /** @description Name of a swarm, such as default: small letters, digits, ".", "_" and "-" */
            swarm_id?: string;
        };
        SwarmJoined: {
            /** @description Name of the swarm */
            swarm_id: string;
            /** @description Id of the worker */
            worker_id: string;
            /** @description The name that people read */
            name: string;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string;
            /** @description default, manager or admin; in a message to a model: system, user or assistant */
            role: string;
            /** @description As it was given to join */
            capability: string;
            /** @description Where the worker must stand */
            region: string | null;
            /**
             * @description high: chosen first
             * @enum {string}
             */
            priority: "low" | "normal" | "high";
            /**
             * @description Of the worker
             * @enum {string}
             */
            state: "online" | "draining" | "resting" | "offline";
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            joined_at: string;
        };
        SwarmLeaveRequest: {
            /** @description Name of a swarm, such as default: small letters, digits, ".", "_" and "-" */
            swarm_id?: string;
        };
        SwarmLeft: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description Swarms that it left */
            left: string[];
        };
        SwarmList: {
            /** @description The items, in the order of the list */
            items: {
                /** @description Name of the swarm */
                swarm_id: string;
                /** @description Number of its members */
                members: number;
                /** @description Those whose workers are online */
                online: number;
                /** @description Of all members */
                capabilities: string[];
            }[];
        };
        SwarmMember: {
            /** @description Id of the worker */
            worker_id: string;
            /** @description The name that people read */
            name: string;
            /** @description The id of the owner whose key asked; null: no key did */
            owner_id: string;
            /** @description default, manager or admin; in a message to a model: system, user or assistant */
            role: string;
            /** @description As it was given to join */
            capability: string;
            /** @description Where the worker must stand */
            region: string | null;
            /**
             * @description high: chosen first
             * @enum {string}
             */
            priority: "low" | "normal" | "high";
            /**
             * @description Of the worker
             * @enum {string}
             */
            state: "online" | "draining" | "resting" | "offline";
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            joined_at: string;
        };
        SwarmStatus: {
            /** @description Name of the swarm */
            swarm_id: string;
            /** @description Members whose workers are online */
            online: number;
            /** @description In the order in which they joined */
            members: components["schemas"]["SwarmMember"][];
        };
        SwarmTaskRequest: {
            /** @description The prompt for each member; with map-reduce also a list, one for each member */
            task: string | string[];
            /** @description How many members, or which. Default: all that are online */
            collaborators?: number | string[];
            /**
             * @description consensus: the answer of more than half; map-reduce: all outputs, merged; first: the first output, and the others are canceled. Default: consensus
             * @enum {string}
             */
            strategy?: "consensus" | "map-reduce" | "first";
            /** @description Of the whole task. Default: 300 */
            timeout_seconds?: number;
            /** @description Name of a swarm, such as default: small letters, digits, ".", "_" and "-" */
            swarm_id?: string;
            /** @description The name of the model */
            model?: string;
            /** @description Only members with this capability */
            capability?: string;
            /** @description Only their members get the task */
            owners?: string[];
        };
        SwarmTask: {
            /** @description Id of the task, such as swt_4fT9aBcDeF12 */
            task_id: string;
            /** @description Name of the swarm */
            swarm_id: string;
            /**
             * @description As it was coordinated
             * @enum {string}
             */
            strategy: "consensus" | "map-reduce" | "first";
            /**
             * @description Whether the key is good, and why not
             * @enum {string}
             */
            state: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
            /** @description What went wrong; null: nothing */
            error: {
                /** @description The reason, as a word for programs */
                code: string;
                /** @description A text for people; null: nothing to say */
                message: string;
            } | null;
            /**
             * @description What makes the result of the outputs
             * @enum {string}
             */
            reducer: "majority" | "threshold" | "first" | "merge";
            /** @description null: not reached */
            result: unknown;
            /** @description Whether there is a result */
            is_reached: boolean;
            /** @description The part of all members behind it, 0 to 1 */
            agreement: number;
            /** @description The part that must agree; majority: more than it. null: none */
            threshold: number | null;
            /** @description Why there is no result. null: there is one */
            reason: string | null;
            /** @description Different answers, the most frequent first */
            votes: {
                /** @description As the first of its members gave it */
                answer: unknown;
                /** @description Members that gave it */
                count: number;
                /** @description Ids of their workers */
                members: string[];
            }[];
            /** @description Names of members that left or are offline, and have given no output */
            absent: string[];
            /** @description One for each job */
            members: {
                /** @description Id of the worker */
                worker_id: string;
                /** @description The name that people read */
                name: string;
                /**
                 * @description Of its job
                 * @enum {string}
                 */
                state: "PENDING" | "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "SKIPPED";
                /**
                 * @description Of the worker now
                 * @enum {string}
                 */
                presence: "online" | "draining" | "resting" | "offline" | "left";
                /** @description Id of the job */
                job_id: string | null;
                /** @description null: none yet */
                output: unknown;
                /** @description What went wrong; null: nothing */
                error: {
                    /** @description The reason, as a word for programs */
                    code: string;
                    /** @description A text for people; null: nothing to say */
                    message: string;
                } | null;
            }[];
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            created_at: string;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            deadline_at: string | null;
            /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
            finished_at: string | null;
        };
        SwarmThresholdRequest: {
            /** @description The part of all members that must agree. Default: more than half */
            consensus_threshold?: number;
        };
        SwarmConsensusRequest: {
            /** @description swt_ and 12 letters or digits, such as swt_4fT9aBcDeF12 */
            task_id: string;
            /** @description The part of all members that must agree. Default: more than half */
            consensus_threshold?: number;
        };
        WorkerEnrolmentRequest: {
            /** @description Name of the key that the machine gets, such as gpu-1. Default: worker */
            name?: string;
        };
        WorkerEnrolment: {
            /** @description Names it in the audit record */
            enrolment_id: string;
            /** @description Shown once */
            token: string;
            /** @description The name that people read */
            name: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            expires_at: string;
        };
        WorkerJoin: {
            /** @description As POST /v1/workers/enroll gave it */
            token: string;
        };
        JoinedWorker: {
            key: components["schemas"]["Key"];
            /** @description The text of the key. Only this answer contains it */
            secret: string;
        };
        Health: {
            /**
             * @description The process answers
             * @enum {string}
             */
            status: "ok";
            /** @description The version of the server */
            version: string;
        };
        Readiness: {
            /**
             * @description Every part can serve requests
             * @enum {string}
             */
            status: "ready";
            /** @description The state of each part of the server */
            parts: {
                [key: string]: {
                    /** @description Whether it works */
                    ok: boolean;
                    /** @description The finding, in a sentence */
                    detail: string;
                };
            };
        };
        EndpointGroup: {
            /** @description Such as jobs */
            name: string;
            /** @description Version of the API, such as v1; empty: it has none */
            version: string;
            /** @description Where its paths begin, such as /v1/jobs */
            path: string;
            /** @description Other beginnings of its paths */
            aliases: string[];
            /** @description Such as GET /v1/jobs/{id} */
            endpoints: string[];
        };
        ServerCapabilities: {
            /** @description The version of the server */
            version: string;
            /** @description By path */
            groups: components["schemas"]["EndpointGroup"][];
        };
        User: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that the user logs in with */
            username: string;
            /** @description The file of its picture; null: none */
            pfpFilename: string | null;
            /** @description default, manager or admin; in a message to a model: system, user or assistant */
            role: string;
            /** @description 0 or 1 */
            suspended: number;
            /** @description Whether the user was shown recovery codes */
            seen_recovery_codes: boolean;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description How many messages the user may send in 24 hours; null: any number */
            dailyMessageLimit: number | null;
            /** @description A text of the user about themselves */
            bio: string | null;
        };
        UserRequest: {
            /** @description 2 to 64 of a-z, 0-9, . _ @ -, a letter first */
            username?: string;
            /** @description 8 to 250 characters */
            password?: string;
            /** @description default, manager or admin */
            role?: string;
            /** @description How many messages the user may send in 24 hours; null: any number */
            dailyMessageLimit?: number | null;
            /** @description At most 1,000 characters */
            bio?: string;
        };
        UserChange: {
            /** @description 2 to 64 of a-z, 0-9, . _ @ -, a letter first */
            username?: string;
            /** @description 8 to 250 characters */
            password?: string;
            /** @description default, manager or admin */
            role?: string;
            /** @description How many messages the user may send in 24 hours; null: any number */
            dailyMessageLimit?: number | null;
            /** @description At most 1,000 characters */
            bio?: string;
            /** @description 0 or 1 */
            suspended?: number;
            /** @description The file of its picture; null: none */
            pfpFilename?: string | null;
        };
        Outcome: {
            /** @description Whether it was done */
            success: boolean;
            /** @description What went wrong; null: nothing */
            error: string | null;
        };
        ListedInvite: {
            /** @description Its id in the API */
            id: number;
            /** @description The secret part of the link of the invite */
            code: string;
            /** @description pending, claimed or disabled */
            status: string;
            /** @description Who took the invite; null: nobody yet */
            claimedBy: (number | {
                /** @description Its id in the API */
                id: number;
                /** @description The name that the user logs in with */
                username: string;
            }) | null;
            /** @description JSON: ids of workspaces */
            workspaceIds: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description Who made it */
            createdBy: (number | {
                /** @description Its id in the API */
                id: number;
                /** @description The name that the user logs in with */
                username: string;
            }) | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        InviteRequest: {
            /** @description Numbers of workspaces */
            workspaceIds?: number[];
        };
        Invite: {
            /** @description Its id in the API */
            id: number;
            /** @description The secret part of the link of the invite */
            code: string;
            /** @description pending, claimed or disabled */
            status: string;
            /** @description Who took the invite; null: nobody yet */
            claimedBy: number | null;
            /** @description JSON: ids of workspaces */
            workspaceIds: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description Id of a user; 0: a key */
            createdBy: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        LoginRequest: {
            /** @description The name that the user logs in with */
            username?: string;
            /** @description The password */
            password: string;
        };
        LoginAnswer: {
            /** @description Whether it is good */
            valid: boolean;
            /** @description The user; null: none */
            user?: components["schemas"]["User"] | null;
            /** @description Of the session, for `Authorization: Bearer` */
            token: string | null;
            /** @description A text for people; null: nothing to say */
            message: string | null;
            /** @description At the first login of a user, and never again */
            recoveryCodes?: string[];
        };
        OwnAccount: {
            /** @description The name that the user logs in with */
            username?: string;
            /** @description The new one */
            password?: string;
            /** @description The password until now */
            currentPassword?: string;
            /** @description A text of the user about themselves */
            bio?: string;
        };
        FirstUser: {
            /** @description The name that the user logs in with */
            username: string;
            /** @description The password */
            password: string;
        };
        PasswordChange: {
            /** @description Whether a password is asked for */
            usePassword: boolean;
            /** @description The password from now on */
            newPassword?: string;
            /** @description Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it. */
            last_admin?: boolean;
        };
        InvitedUser: {
            /** @description The name that the user logs in with */
            username: string;
            /** @description The password */
            password: string;
        };
        RecoveryRequest: {
            /** @description The name that the user logs in with */
            username: string;
            /** @description Recovery codes of the user */
            recoveryCodes: string[];
        };
        ResetRequest: {
            /** @description The token of the recovery */
            token: string;
            /** @description The password from now on */
            newPassword: string;
            /** @description The new password once more */
            confirmPassword: string;
        };
        ApiKey: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string | null;
            /** @description Whole where the key was made just now; otherwise its end */
            secret: string;
            /** @description Who made it */
            createdBy: (number | {
                /** @description Its id in the API */
                id: number;
                /** @description The name that the user logs in with */
                username: string;
                /** @description default, manager or admin; in a message to a model: system, user or assistant */
                role: string;
            }) | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        ApiKeyRequest: {
            /** @description The name that people read */
            name?: string;
        };
        ApiKeyRemoval: {
            /** @description Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it. */
            last_admin?: boolean;
        };
        DocumentItem: {
            /** @description The name that people read */
            name: string;
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "file";
            /** @description Its id in the API */
            id: string;
            /** @description The address */
            url: string;
            /** @description The author of the document */
            docAuthor: string;
            /** @description What it is about */
            description: string;
            /** @description Where the document comes from */
            docSource: string;
            /** @description Where the text comes from, with the kind of source before it */
            chunkSource: string;
            /** @description Wall clock, UTC: 11/21/2026, 1:42:22 AM */
            published: string;
            /** @description Words of the text */
            wordCount: number;
            /** @description Tokens of the text, estimated */
            token_count_estimate: number;
            /** @description Its vectors are there */
            cached: boolean;
            /** @description Whether the document could be watched for changes */
            canWatch: boolean;
            /** @description Numbers of the workspaces in which it is pinned */
            pinnedWorkspaces: number[];
            /** @description Whether it is watched for changes */
            watched: boolean;
            /** @description The title of the document */
            title: string;
        };
        DocumentFolder: {
            /** @description The name that people read */
            name: string;
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "folder";
            /** @description The items, in the order of the list */
            items: components["schemas"]["DocumentItem"][];
        };
        DocumentTree: {
            /** @description The name that people read */
            name: string;
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "folder";
            /** @description The folders */
            items: components["schemas"]["DocumentFolder"][];
        };
        FoundDocument: {
            /** @description The name that people read */
            name: string;
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "file";
            /** @description Its id in the API */
            id: string;
            /** @description The address */
            url: string;
            /** @description The author of the document */
            docAuthor: string;
            /** @description What it is about */
            description: string;
            /** @description Where the document comes from */
            docSource: string;
            /** @description Where the text comes from, with the kind of source before it */
            chunkSource: string;
            /** @description Wall clock, UTC: 11/21/2026, 1:42:22 AM */
            published: string;
            /** @description Words of the text */
            wordCount: number;
            /** @description Tokens of the text, estimated */
            token_count_estimate: number;
            /** @description Whether vectors of the document are kept */
            cached: boolean;
            /** @description The title of the document */
            title: string;
        };
        UploadedDocument: {
            /** @description Its id in the API */
            id: string;
            /** @description The address */
            url: string;
            /** @description The author of the document */
            docAuthor: string;
            /** @description What it is about */
            description: string;
            /** @description Where the document comes from */
            docSource: string;
            /** @description Where the text comes from, with the kind of source before it */
            chunkSource: string;
            /** @description Wall clock, UTC: 11/21/2026, 1:42:22 AM */
            published: string;
            /** @description Words of the text */
            wordCount: number;
            /** @description The text of the document */
            pageContent: string;
            /** @description Tokens of the text, estimated */
            token_count_estimate: number;
            /** @description folder/name: what other endpoints call it by */
            location: string;
            /** @description Whether the file goes into a chat alone and is not stored */
            isDirectUpload: boolean;
            /** @description The name that people read */
            name?: string;
            /** @description The title of the document */
            title: string;
        };
        Workspace: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string;
            /** @description The name in addresses, such as handbook */
            slug: string;
            /** @description Always null */
            vectorTag: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description The temperature of the model; null: its own */
            openAiTemp: number | null;
            /** @description How many former messages the model is given */
            openAiHistory: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description The system prompt; null: the default one */
            openAiPrompt: string | null;
            /** @description How near a passage must be, from 0 to 1 */
            similarityThreshold: number;
            /** @description The upstream that answers; null: the default one */
            chatProvider: string | null;
            /** @description The model that answers; null: the default one */
            chatModel: string | null;
            /** @description How many passages go with a question */
            topN: number;
            /** @description automatic, chat or query */
            chatMode: string;
            /** @description The file of its picture; null: none */
            pfpFilename: string | null;
            /** @description The upstream of the workspace's agent; null: that of its chats */
            agentProvider: string | null;
            /** @description The model of the workspace's agent; null: that of its chats */
            agentModel: string | null;
            /** @description The answer where no document says anything; null: the default one */
            queryRefusalResponse: string | null;
            /** @description default, hybrid or rerank */
            vectorSearchMode: string;
            /** @description Always null: there are no routers */
            router_id: number | null;
        };
        WorkspaceInList: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string;
            /** @description The name in addresses, such as handbook */
            slug: string;
            /** @description Always null */
            vectorTag: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description The temperature of the model; null: its own */
            openAiTemp: number | null;
            /** @description How many former messages the model is given */
            openAiHistory: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description The system prompt; null: the default one */
            openAiPrompt: string | null;
            /** @description How near a passage must be, from 0 to 1 */
            similarityThreshold: number;
            /** @description The upstream that answers; null: the default one */
            chatProvider: string | null;
            /** @description The model that answers; null: the default one */
            chatModel: string | null;
            /** @description How many passages go with a question */
            topN: number;
            /** @description automatic, chat or query */
            chatMode: string;
            /** @description The file of its picture; null: none */
            pfpFilename: string | null;
            /** @description The upstream of the workspace's agent; null: that of its chats */
            agentProvider: string | null;
            /** @description The model of the workspace's agent; null: that of its chats */
            agentModel: string | null;
            /** @description The answer where no document says anything; null: the default one */
            queryRefusalResponse: string | null;
            /** @description default, hybrid or rerank */
            vectorSearchMode: string;
            /** @description Always null: there are no routers */
            router_id: number | null;
            /** @description The threads of the workspace */
            threads: {
                /** @description The number of the user; null: none */
                user_id: number | null;
                /** @description The name in addresses, such as handbook */
                slug: string;
                /** @description The name that people read */
                name: string;
            }[];
        };
        EmbeddedDocument: {
            /** @description Its id in the API */
            id: number;
            /** @description The id of the document, the same in all workspaces */
            docId: string;
            /** @description The name of the document in its folder */
            filename: string;
            /** @description The document as folder/name */
            docpath: string;
            /** @description The number of the workspace */
            workspaceId: number;
            /** @description JSON */
            metadata: string;
            /** @description Whether the whole document goes with every question */
            pinned: boolean;
            /** @description Whether it is watched for changes */
            watched: boolean;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        WorkspaceWithDocuments: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string;
            /** @description The name in addresses, such as handbook */
            slug: string;
            /** @description Always null */
            vectorTag: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description The temperature of the model; null: its own */
            openAiTemp: number | null;
            /** @description How many former messages the model is given */
            openAiHistory: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description The system prompt; null: the default one */
            openAiPrompt: string | null;
            /** @description How near a passage must be, from 0 to 1 */
            similarityThreshold: number;
            /** @description The upstream that answers; null: the default one */
            chatProvider: string | null;
            /** @description The model that answers; null: the default one */
            chatModel: string | null;
            /** @description How many passages go with a question */
            topN: number;
            /** @description automatic, chat or query */
            chatMode: string;
            /** @description The file of its picture; null: none */
            pfpFilename: string | null;
            /** @description The upstream of the workspace's agent; null: that of its chats */
            agentProvider: string | null;
            /** @description The model of the workspace's agent; null: that of its chats */
            agentModel: string | null;
            /** @description The answer where no document says anything; null: the default one */
            queryRefusalResponse: string | null;
            /** @description default, hybrid or rerank */
            vectorSearchMode: string;
            /** @description Always null: there are no routers */
            router_id: number | null;
            /** @description The documents */
            documents: components["schemas"]["EmbeddedDocument"][];
            /** @description The threads of the workspace */
            threads: {
                /** @description The number of the user; null: none */
                user_id: number | null;
                /** @description The name in addresses, such as handbook */
                slug: string;
            }[];
        };
        UserMessage: {
            /** @description The speaker */
            role: string;
            /** @description The text, or the parts of the message */
            content: string;
            /** @description Unix time in seconds */
            sentAt: number;
            /** @description Files that go with the question */
            attachments: unknown[];
            /** @description The number of the chat */
            chatId: number;
        };
        Source: {
            [key: string]: unknown;
        };
        Metrics: {
            [key: string]: unknown;
        };
        AssistantMessage: {
            /** @description The kind of thing or of event */
            type: string;
            /** @description The speaker */
            role: string;
            /** @description The text, or the parts of the message */
            content: string;
            /** @description The passages that the answer was drawn from */
            sources: components["schemas"]["Source"][];
            /** @description The number of the chat */
            chatId: number;
            /** @description Unix time in seconds */
            sentAt: number;
            /** @description true: good, false: bad, null: no opinion */
            feedbackScore: boolean | null;
            metrics: components["schemas"]["Metrics"];
            /** @description Files that the answer came with */
            outputs?: unknown[];
        };
        Message: components["schemas"]["UserMessage"] | components["schemas"]["AssistantMessage"];
        History: {
            /** @description The messages, oldest first */
            history: components["schemas"]["Message"][];
        };
        Thread: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string;
            /** @description The name in addresses, such as handbook */
            slug: string;
            /** @description The number of the workspace */
            workspace_id: number;
            /** @description The number of the user; null: none */
            user_id: number | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        Said: {
            /** @description A text for people; null: nothing to say */
            message: string;
        };
        WorkspaceMember: {
            /** @description The number of the user */
            userId: number;
            /** @description The name that the user logs in with */
            username: string;
            /** @description default, manager or admin; in a message to a model: system, user or assistant */
            role: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
        };
        WorkspaceChat: {
            /** @description Its id in the API */
            id: number;
            /** @description The number of the workspace */
            workspaceId: number;
            /** @description The question */
            prompt: string;
            /** @description JSON */
            response: string;
            /** @description Whether a model is shown it again */
            include: boolean;
            /** @description The number of the user; null: none */
            user_id: number | null;
            /** @description The number of the thread; null: the workspace itself */
            thread_id: number | null;
            /** @description The session that the question named; null: none */
            api_session_id: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description true: good, false: bad, null: no opinion */
            feedbackScore: boolean | null;
            /** @description Whether the chat was looked through for memories */
            memoryProcessed: boolean;
            /** @description The workspace; null: none */
            workspace: {
                /** @description The name that people read */
                name: string;
                /** @description The name in addresses, such as handbook */
                slug: string;
            };
            /** @description The user; null: none */
            user: {
                /** @description The name that the user logs in with */
                username: string;
            };
        };
        EmbeddedWorkspace: {
            /** @description Its id in the API */
            id: number;
            /** @description The name that people read */
            name: string;
            /** @description The name in addresses, such as handbook */
            slug: string;
            /** @description Always null */
            vectorTag: string | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
            /** @description The temperature of the model; null: its own */
            openAiTemp: number | null;
            /** @description How many former messages the model is given */
            openAiHistory: number;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            lastUpdatedAt: string;
            /** @description The system prompt; null: the default one */
            openAiPrompt: string | null;
            /** @description How near a passage must be, from 0 to 1 */
            similarityThreshold: number;
            /** @description The upstream that answers; null: the default one */
            chatProvider: string | null;
            /** @description The model that answers; null: the default one */
            chatModel: string | null;
            /** @description How many passages go with a question */
            topN: number;
            /** @description automatic, chat or query */
            chatMode: string;
            /** @description The file of its picture; null: none */
            pfpFilename: string | null;
            /** @description The upstream of the workspace's agent; null: that of its chats */
            agentProvider: string | null;
            /** @description The model of the workspace's agent; null: that of its chats */
            agentModel: string | null;
            /** @description The answer where no document says anything; null: the default one */
            queryRefusalResponse: string | null;
            /** @description default, hybrid or rerank */
            vectorSearchMode: string;
            /** @description Always null: there are no routers */
            router_id: number | null;
            /** @description The documents */
            documents: components["schemas"]["EmbeddedDocument"][];
            /** @description Tokens that the chat model takes */
            contextWindow: number;
            /** @description Tokens of the pinned documents */
            currentContextTokenCount: number;
        };
        SuggestedMessage: {
            /** @description The first line */
            heading: string;
            /** @description The text that is sent */
            message: string;
        };
        PromptVariable: {
            /** @description Its id in the API */
            id: number | string;
            /** @description The name between the braces */
            key: string;
            /** @description Of a secret one, and for users of the role default, ******** */
            value: string | null;
            /** @description What it is about */
            description: string | null;
            /** @description Of those that were made */
            secret?: boolean;
            /** @description static: made by an administrator; system, user, workspace: always there */
            type: string;
        };
        OwnQuestion: {
            /** @description @agent at its beginning has an agent answer */
            message: string;
            /**
             * @description chat answers also from what the model knows, query from documents only; automatic lets it use tools
             * @enum {unknown}
             */
            mode?: "automatic" | "query" | "chat";
            /** @description Files that go with the question */
            attachments?: {
                /** @description The name that people read */
                name: string;
                /** @description application/anythingllm-document, or the type of an image */
                mime: string;
                /** @description A data URI */
                contentString: string;
            }[];
            /** @description The model is shown nothing of what was said before */
            reset?: boolean;
        };
        ChatAbort: {
            /** @description Its id in the API */
            id: string;
            /**
             * @description The kind of thing or of event
             * @constant
             */
            type: "abort";
            /** @description Always null */
            textResponse: string | null;
            /** @description The passages that the answer was drawn from */
            sources: components["schemas"]["Source"][];
            /** @description Whether this is the last event */
            close: boolean;
            /** @description What went wrong; null: nothing */
            error: string;
            metrics?: components["schemas"]["Metrics"];
        };
        ChatAnswer: {
            /** @description Its id in the API */
            id: string;
            /** @description textResponse, or abort where the model said nothing */
            type: string;
            /** @description Whether this is the last event */
            close: boolean;
            /** @description What went wrong; null: nothing */
            error: string | null;
            /** @description Left out for refusals, resets and agents */
            chatId?: number;
            /** @description The answer */
            textResponse: string | null;
            /** @description The passages that the answer was drawn from */
            sources: components["schemas"]["Source"][];
            metrics: components["schemas"]["Metrics"];
            /** @description Of an agent */
            thoughts?: string[];
            /** @description Of an agent */
            outputs?: unknown[];
        };
        Passage: {
            /** @description Its id in the API */
            id: string;
            /** @description With a header that says which document it is of */
            text: string;
            /** @description Facts about the document */
            metadata: {
                /** @description The address */
                url: string;
                /** @description The author of the document */
                author: string;
                /** @description What it is about */
                description: string;
                /** @description Where the document comes from */
                docSource: string;
                /** @description Where the text comes from, with the kind of source before it */
                chunkSource: string;
                /** @description When the document was published */
                published: string;
                /** @description Words of the text */
                wordCount: number;
                /** @description Tokens of the text */
                tokenCount: number;
                /** @description The title of the document */
                title: string;
            };
            /** @description Cosine distance to the query */
            distance: number;
            /** @description 1 - distance, 0 from distance 1 on */
            score: number;
        };
        Vector: number[];
        WorkspaceModel: {
            /** @description The slug of the workspace */
            id: string;
            /**
             * @description The kind of thing
             * @constant
             */
            object: "model";
            /** @description Unix time in seconds */
            created: number;
            /** @description Who provides the model */
            owned_by: string;
        };
        WorkspaceModelError: {
            /** @description What went wrong; null: nothing */
            error: {
                /** @description A text for people; null: nothing to say */
                message: string;
                /** @description The kind of thing or of event */
                type: string;
                /** @description The field that is wrong; null: no single one */
                param: string | null;
                /** @description The reason, as a word for programs */
                code: string;
            };
        };
        EmbedList: {
            /** @description The widgets */
            embeds: {
                /** @description Its id in the API */
                id: number;
                /** @description The id in the code of the page */
                uuid: string;
                /** @description Whether it is in use */
                enabled: boolean;
                /** @description chat or query, as in a workspace */
                chat_mode: string;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                createdAt: string;
                /** @description The workspace; null: none */
                workspace: {
                    /** @description Its id in the API */
                    id: number;
                    /** @description The name that people read */
                    name: string;
                };
                /** @description How many chats it has answered */
                chat_count: number;
                /**
                 * @description Where it answers nobody. ended: the key that paid has ended or may not chat there; unpaid: it moved in
                 * @enum {string}
                 */
                state?: "ended" | "unpaid";
                /** @description The next step */
                message?: string;
            }[];
        };
        EmbedChats: {
            /** @description The chats of the widget, newest first */
            chats: {
                /** @description Its id in the API */
                id: number;
                /** @description The question */
                prompt: string;
                /** @description JSON */
                response: string;
                /** @description The visitor, by a number of their browser */
                session_id: string;
                /** @description false: the visitor has begun anew since */
                include: boolean;
                /** @description JSON; the address without its last part */
                connection_information: string;
                /** @description The number of the widget */
                embed_id: number;
                /** @description The number of the user; null: none */
                usersId: number | null;
                /**
                 * Format: date-time
                 * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                 */
                createdAt: string;
            }[];
        };
        /**
         * @example {
         *       "workspace_slug": "docs",
         *       "chat_mode": "query",
         *       "allowlist_domains": [
         *         "https://example.com"
         *       ],
         *       "max_chats_per_day": 200,
         *       "max_chats_per_session": 20
         *     }
         */
        EmbedRequest: {
            /** @description The workspace that it answers from; said once, when it is made */
            workspace_slug?: string;
            /** @description The number of another workspace, when it is changed */
            workspace_id?: number;
            /** @description A new one is */
            enabled?: boolean;
            /** @description chat, or query (default) */
            chat_mode?: string;
            /** @description Sites that may show it: a list, or text with commas; null: any site. "https://*.example.com" covers subdomains */
            allowlist_domains?: string[] | string | null;
            /** @description Pages may name a model */
            allow_model_override?: boolean;
            /** @description Pages may name a temperature */
            allow_temperature_override?: boolean;
            /** @description Pages may send a system prompt of their own */
            allow_prompt_override?: boolean;
            /** @description In any 24 hours, of all visitors; null: no limit */
            max_chats_per_day?: number | null;
            /** @description In any 24 hours, of one session; null: no limit */
            max_chats_per_session?: number | null;
            /** @description The number of earlier chats that the model is given; null: 20 */
            message_limit?: number | null;
        };
        Embed: {
            /** @description Its id in the API */
            id: number;
            /** @description The id in the code of the page */
            uuid: string;
            /** @description Whether it is in use */
            enabled: boolean;
            /** @description chat or query */
            chat_mode: string;
            /** @description JSON: the sites that may show it; null: any site */
            allowlist_domains: string | null;
            /** @description Whether visitors may name another model */
            allow_model_override: boolean;
            /** @description Whether visitors may send another temperature */
            allow_temperature_override: boolean;
            /** @description Whether visitors may send another system prompt */
            allow_prompt_override: boolean;
            /** @description How many chats it answers in 24 hours; null: any number */
            max_chats_per_day: number | null;
            /** @description How many chats it answers a visitor in 24 hours; null: any number */
            max_chats_per_session: number | null;
            /** @description The number of earlier chats that the model is given; null: 20 */
            message_limit: number | null;
            /** @description The number of the workspace */
            workspace_id: number;
            /** @description Who made it */
            createdBy: number | null;
            /** @description The number of the user; null: none */
            usersId: number | null;
            /**
             * Format: date-time
             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
             */
            createdAt: string;
        };
        Refused: {
            /** @description What went wrong; null: nothing */
            error: string;
        };
        /** @description Settings by the names that clients know; of a secret only whether there is one */
        SystemSettings: {
            [key: string]: unknown;
        };
        EmbeddingProgress: {
            /** @description The embedding model in force */
            model: string;
            /** @description Documents in workspaces */
            total: number;
            /** @description Those that are embedded with it */
            done: number;
            /** @description Whether documents are being embedded now */
            running: boolean;
            /** @description How many documents could not be embedded */
            failed: number;
            /** @description Why the last document could not be embedded; null: none failed */
            lastError: string | null;
        };
        WidgetRefusal: {
            /** @description Its id in the API */
            id: string;
            /** @description The kind of thing or of event */
            type: string;
            /** @description Always null */
            textResponse: string | null;
            /** @description The passages that the answer was drawn from */
            sources: unknown[];
            /** @description Whether this is the last event */
            close: boolean;
            /** @description What went wrong; null: nothing */
            error: string;
            /** @description What went wrong, for the visitor */
            errorMsg?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "chat.completions": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatCompletion"];
                    "text/event-stream": components["schemas"]["ChatCompletionChunk"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "completions.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "embeddings.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Embeddings"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "responses.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "messages.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
        };
    };
    "messages.count_tokens": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagesError"];
                };
            };
        };
    };
    "moderations.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "rerank.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "images.generate": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "images.edit": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
                "multipart/form-data": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "images.vary": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
                "multipart/form-data": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "audio.speech": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "audio.transcribe": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
                "multipart/form-data": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/plain": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "audio.translate": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
                "multipart/form-data": {
                    /** @description The name of the model */
                    model: string;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/plain": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, model_unpriced */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "files.list": {
        parameters: {
            query?: {
                /** @description The id of the last item of the page before */
                after?: string;
                /** @description Number of items in a page. Default: 10000 */
                limit?: number;
                /** @description By the time of creation. Default: desc */
                order?: "asc" | "desc";
                /** @description Only files with this purpose */
                purpose?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIFileList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "files.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description Requests, a JSON object a line
                     */
                    file: string;
                    /**
                     * @description What the file is for
                     * @constant
                     */
                    purpose: "batch";
                    /**
                     * @description Where the time begins
                     * @constant
                     */
                    "expires_after[anchor]"?: "created_at";
                    /** @description When to delete it, seconds after that */
                    "expires_after[seconds]"?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIFile"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "files.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description file_ and 12 letters or digits, such as file_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIFile"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "files.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description file_ and 12 letters or digits, such as file_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIFileDeleted"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "files.content": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description file_ and 12 letters or digits, such as file_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "batches.list": {
        parameters: {
            query?: {
                /** @description The id of the last item of the page before */
                after?: string;
                /** @description Number of items in a page. Default: 20 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "batches.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description A repeat with the same one gets the same batch */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description idempotency_conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "batches.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description batch_ and 12 letters or digits, such as batch_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "batches.cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description batch_ and 12 letters or digits, such as batch_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "models.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "models.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A name from the list */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description not_found, model_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description upstream_unavailable */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenAIError"];
                };
            };
        };
    };
    "keys.list": {
        parameters: {
            query?: {
                /** @description Only items in this state */
                state?: "active" | "disabled" | "quarantined" | "revoked" | "expired";
                /** @description Only keys of this owner: its id, such as own_4fT9aBcDeF12 */
                owner?: string;
                /** @description Only children of this key: its id */
                parent?: string;
                /** @description Only items with this role (preset of scopes) */
                role?: "client" | "miner" | "admin";
                /** @description Only items with this tag */
                tag?: string;
                /** @description Only keys whose name or id contains this text */
                q?: string;
                /** @description Only items without a use for this many seconds */
                unused_for_seconds?: number;
                /** @description Only items that expire within this many seconds */
                expiring_within_seconds?: number;
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.create": {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request idempotent: a repeat with the same value makes no second key */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MintRequest"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotent_repeat, idempotency_conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SelfKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.update": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag from reading the key. The answer is 412 if the key has changed since */
                "if-match"?: string;
            };
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.revoke_self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RotatedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rotation_running, conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.end_secret": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
                /** @description Id of one of the secrets of the key, such as sec_4fT9aBcDeF12 */
                secret_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.disable": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.enable": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The reason, for the audit record */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.revoke": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EndRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The reason, for the audit record */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedKey"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verdict"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeakReport"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The finding, in a sentence */
                        detail: string;
                    };
                };
            };
            /** @description bad_request, key_in_url */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": components["schemas"]["ImportLine"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["ImportOutcome"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "running.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunningList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "running.stop": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id from the list of running requests */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoppedRequests"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "running.stop_all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StopRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoppedRequests"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "owners.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "owners.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnerRequest"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "owners.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description own_ and 12 letters or digits, such as own_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "owners.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description own_ and 12 letters or digits, such as own_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        acknowledged: components["schemas"]["Acknowledged"];
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "owners.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description own_ and 12 letters or digits, such as own_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnerChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedOwner"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict, last_admin */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamRequest"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upstream"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description up_ and 12 letters or digits, such as up_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upstream"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.remove": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag from reading the upstream. The answer is 412 if it has changed since */
                "if-match"?: string;
            };
            path: {
                /** @description up_ and 12 letters or digits, such as up_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.update": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag from reading the upstream. The answer is 412 if it has changed since */
                "if-match"?: string;
            };
            path: {
                /** @description up_ and 12 letters or digits, such as up_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpstreamChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upstream"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "upstreams.test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description up_ and 12 letters or digits, such as up_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UpstreamTest"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "usage.report": {
        parameters: {
            query?: {
                /** @description Start of the report, rounded down to the hour. Default: 24 hours ago */
                from?: string;
                /** @description End of the report, its hour included. Default: now */
                to?: string;
                /** @description Length of a step. Default: hour */
                step?: "hour" | "day" | "month" | "total";
                /** @description Comma-separated list of key, owner, model, worker; worker is reserved and always empty */
                group_by?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "keys.usage": {
        parameters: {
            query?: {
                /** @description Start of the report, rounded down to the hour. Default: 24 hours ago */
                from?: string;
                /** @description End of the report, its hour included. Default: now */
                to?: string;
                /** @description Length of a step. Default: hour */
                step?: "hour" | "day" | "month" | "total";
                /** @description Comma-separated list of key, owner, model, worker; worker is reserved and always empty */
                group_by?: string;
            };
            header?: never;
            path: {
                /** @description key_ and 12 letters or digits, such as key_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "audit.list": {
        parameters: {
            query?: {
                /** @description Author of the change: key:key_…, system, cli or anonymous */
                actor?: string;
                /** @description An action such as keys.mint, or keys.* for all actions of a noun */
                action?: string;
                /** @description Only changes of this object, such as key_4fT9aBcDeF12 */
                target?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                from?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                to?: string;
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "audit.checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "bootstrap.report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BootstrapReport"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BootstrapRecorded"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "bootstrap.list": {
        parameters: {
            query?: {
                /** @description Only keys of this stack */
                stack?: string;
                /** @description Only items in this state */
                state?: "in_step" | "missing" | "deleted" | "edited" | "unmarked" | "differs" | "copies_differ" | "refused" | "given_refused" | "unreachable" | "hidden" | "rotating" | "destroyed" | "unknown";
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BootstrapKeyList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "bootstrap.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
                stack: string;
                /** @description the id of the key in the manifest, such as anythingllm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BootstrapKeyWithEvents"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "bootstrap.forget": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
                stack: string;
                /** @description the id of the key in the manifest, such as anythingllm */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "bootstrap.forget_stack": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description lower-case letters, digits, ".", "_" and "-", such as tribuence */
                stack: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.webhook_secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description whsec_ and base64 */
                        secret: string;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
                /** @description Only items in this state */
                state?: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
                /** @description Only jobs of this type */
                type?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                from?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.submit": {
        parameters: {
            query?: never;
            header?: {
                /** @description Up to 200 characters; a repeat submits nothing */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description idempotency_conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.history": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
                /** @description Only items in this state */
                state?: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
                /** @description Only jobs of this type */
                type?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                from?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.get": {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end of the job. Default: 0 */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.result": {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end of the job. Default: 0 */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobResult"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description result_not_ready */
            425: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.events": {
        parameters: {
            query?: never;
            header?: {
                /** @description Id of the last event that you have */
                "last-event-id"?: string;
            };
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description job_not_cancelable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.receipt": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobReceipt"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description result_not_ready */
            425: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "jobs.receipts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobReceipt"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description result_not_ready */
            425: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.register": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredWorker"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.control": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerCapabilities"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or name of the worker */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerLeaves"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.poll": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkerPoll"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerJob"] | components["schemas"]["WorkerJobs"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.heartbeat": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkerHeartbeat"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerLeases"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description lease_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.chunks": {
        parameters: {
            query?: {
                /** @description Number of pieces of this attempt before the first one of these. Default: all so far */
                from?: number;
            };
            header?: {
                /** @description The lease_token of the job */
                "x-lease-token"?: string;
            };
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether to stop: the job was canceled */
                        cancel_requested: boolean;
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description lease_lost, conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.result": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerResult"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerReceipt"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description lease_lost, already_finished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.fail": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description job_ and 12 to 21 letters or digits, such as job_0mk3x9q2v4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerFailure"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description Whether the key is good, and why not
                         * @enum {string}
                         */
                        state: "QUEUED" | "FAILED";
                    };
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description lease_lost, already_finished */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "marketplace.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
                /** @description true: only GPUs that you could book now; false: only the others */
                available?: boolean;
                /** @description A part of the name of the GPU, such as 4090 */
                model?: string;
                /** @description Memory of the GPU in GiB, at least */
                memory_min?: number;
                /** @description Where it stands */
                region?: string;
                /** @description USD per hour of the whole worker, at most. Without a price it costs nothing */
                price_max?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GpuList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "marketplace.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the GPU from the list, such as wrk_4fT9aBcDeF12-0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gpu"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "marketplace.register": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GpuOffer"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OfferedWorker"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "marketplace.book": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the GPU from the list, such as wrk_4fT9aBcDeF12-0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GpuBooking"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Gpu"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description already_booked, conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "marketplace.release": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the GPU from the list, such as wrk_4fT9aBcDeF12-0 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleasedWorker"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "admin.stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStats"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "admin.status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminStatus"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "admin.jobs": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
                /** @description Only jobs of the owner of this id */
                owner?: string;
                /** @description Only items in this state */
                state?: "QUEUED" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED" | "EXPIRED";
                /** @description Only jobs of this type */
                type?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                from?: string;
                /** @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminJobList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "admin.miners": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminWorkerList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.list": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRequest"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description wfl_ and 12 letters or digits, such as wfl_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.replace": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description wfl_ and 12 letters or digits, such as wfl_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description wfl_ and 12 letters or digits, such as wfl_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.execute": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description wfl_ and 12 letters or digits, such as wfl_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ExecuteRequest"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Execution"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.executions": {
        parameters: {
            query?: {
                /** @description Number of items in a page. Default: 50 */
                limit?: number;
                /** @description next_cursor of the previous page */
                cursor?: string;
                /** @description Only of this workflow */
                workflow_id?: string;
                /** @description Only items in this state */
                state?: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELED";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.execution": {
        parameters: {
            query?: {
                /** @description Seconds to wait for its end. Default: 0 */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description exec_ and 12 letters or digits, such as exec_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionDetails"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.status": {
        parameters: {
            query?: {
                /** @description Seconds to wait for its end. Default: 0 */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description exec_ and 12 letters or digits, such as exec_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionStatus"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.logs": {
        parameters: {
            query?: {
                /** @description seq of the last entry that you have */
                after?: number;
                /** @description Default: 200 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description exec_ and 12 letters or digits, such as exec_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionLog"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agents.cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description exec_ and 12 letters or digits, such as exec_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionStatus"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.join": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwarmJoinRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmJoined"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.leave_all": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SwarmLeaveRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmLeft"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description worker_not_found, not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.leave": {
        parameters: {
            query?: never;
            header?: {
                /** @description Name of the worker under its owner. Default: the id of the key, as each machine has its own */
                "x-miner-id"?: string;
            };
            path: {
                /** @description Name of a swarm, such as default: small letters, digits, ".", "_" and "-" */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmLeft"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, worker_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmList"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.status": {
        parameters: {
            query?: {
                /** @description Name of a swarm, such as default: small letters, digits, ".", "_" and "-" */
                swarm_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmStatus"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.coordinate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwarmTaskRequest"];
            };
        };
        responses: {
            /** @description Done */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmTask"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, forbidden_resource */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded, queue_full */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.task": {
        parameters: {
            query?: {
                /** @description Seconds to wait for its end. Default: 0 */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description swt_ and 12 letters or digits, such as swt_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmTask"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.task_consensus": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description swt_ and 12 letters or digits, such as swt_4fT9aBcDeF12 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SwarmThresholdRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmTask"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "swarm.consensus": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwarmConsensusRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmTask"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["WorkerEnrolmentRequest"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerEnrolment"];
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope, scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "workers.join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkerJoin"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinedWorker"];
                };
            };
            /** @description bad_request, key_in_url */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description scope_escalation */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "system.health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description bad_request, key_in_url */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "system.ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description bad_request, key_in_url */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "system.metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description bad_request, key_in_url, conflicting_credentials */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description missing_key, invalid_key */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description insufficient_scope */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description rate_limited, budget_exceeded */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "system.capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerCapabilities"];
                };
            };
            /** @description bad_request, key_in_url */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description invalid_input */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description storage_unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "auth.check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether the key is good: always true */
                        authenticated: boolean;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.is_multi_user_mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether there are users */
                        isMultiUser: boolean;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.names": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The users */
                        users: {
                            /** @description Its id in the API */
                            id: number;
                            /** @description The name that the user logs in with */
                            username: string;
                            /** @description default, manager or admin; in a message to a model: system, user or assistant */
                            role: string;
                        }[];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.issue_auth_token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Logs in, once */
                        token: string;
                        /** @description The path at which the token logs in */
                        loginPath: string;
                    };
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The users */
                        users: components["schemas"]["User"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        user: components["schemas"]["User"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The user; null: none */
                        user: string | null;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "users.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "users.invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The invites */
                        invites: components["schemas"]["ListedInvite"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        invite: components["schemas"]["Invite"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "users.disable_invite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "people.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The users */
                        users: components["schemas"]["User"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "people.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        user: components["schemas"]["User"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The user; null: none */
                        user: string | null;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "people.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "people.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "people.invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The invites */
                        invites: components["schemas"]["ListedInvite"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "people.invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        invite: components["schemas"]["Invite"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "people.disable_invite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Done */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.login_with_token": {
        parameters: {
            query?: {
                /** @description The issued token */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Done */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginAnswer"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The user; null: none */
                        user: components["schemas"]["User"] | null;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.change_user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnAccount"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether there are users */
                        multiUserMode: boolean;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.enable_multi_user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirstUser"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "sessions.set_password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "accounts.invite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The code of the invite */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The invite; null: no invite has this code */
                        invite: {
                            /** @description The reason, as a word for programs */
                            code: string;
                            /** @description pending, claimed or disabled */
                            status: string;
                        } | null;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "accounts.accept_invite": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The code of the invite */
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitedUser"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Too many attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "accounts.recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecoveryRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description Lets a new password be set */
                        resetToken: string;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "accounts.reset_password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Too many attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.list_single": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The keys */
                        apiKeys: components["schemas"]["ApiKey"][];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.create_single": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKey: components["schemas"]["ApiKey"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.delete_single": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRemoval"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.list_multi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The keys */
                        apiKeys: components["schemas"]["ApiKey"][];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.create_multi": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKey: components["schemas"]["ApiKey"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.delete_multi": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRemoval"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.delete_multi_2": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRemoval"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The keys */
                        apiKeys: components["schemas"]["ApiKey"][];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        apiKey: components["schemas"]["ApiKey"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "api_keys.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRemoval"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.list": {
        parameters: {
            query?: {
                /** @description Only this folder */
                folder?: string;
                /** @description The number of documents to skip */
                offset?: string;
                /** @description 1 to 1000, or all */
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        localFiles: components["schemas"]["DocumentTree"];
                    } | {
                        /** @description The folder */
                        folder: string;
                        /** @description The documents */
                        documents: components["schemas"]["DocumentItem"][];
                        /** @description How many there are in all */
                        totalCount: number;
                        /** @description Whether further documents follow */
                        hasMore: boolean;
                        /** @description The reason, as a word for programs */
                        code: number;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The folder */
                        folder: string;
                        /** @description The documents */
                        documents: components["schemas"]["DocumentItem"][];
                        /** @description How many there are in all */
                        totalCount: number;
                        /** @description Whether further documents follow */
                        hasMore: boolean;
                        /** @description The reason, as a word for programs */
                        code: number;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.list_folder": {
        parameters: {
            query?: {
                /** @description The number of documents to skip */
                offset?: string;
                /** @description 1 to 1000, or all */
                limit?: string;
            };
            header?: never;
            path: {
                /** @description Name of a folder */
                folderName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The folder */
                        folder: string;
                        /** @description The documents */
                        documents: components["schemas"]["DocumentItem"][];
                        /** @description How many there are in all */
                        totalCount: number;
                        /** @description Whether further documents follow */
                        hasMore: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The folder */
                        folder: string;
                        /** @description The documents */
                        documents: components["schemas"]["DocumentItem"][];
                        /** @description How many there are in all */
                        totalCount: number;
                        /** @description Whether further documents follow */
                        hasMore: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.file_types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Endings of file names, by content type */
                        types: {
                            [key: string]: string[];
                        };
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.metadata_schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The fields, with their meaning */
                        schema: {
                            [key: string]: string;
                        };
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of a document, such as note-….json */
                docName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        document: components["schemas"]["FoundDocument"];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.generated_file": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file name that the agent chose */
                filename: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
        };
    };
    "documents.upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The file
                     */
                    file: string;
                    /** @description Slugs of workspaces to put it into, separated by commas; takes workspaces:write */
                    addToWorkspaces?: string;
                    /** @description JSON: title, docAuthor, description, docSource */
                    metadata?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The documents that could not be embedded, if any */
                        error: string | null;
                        /** @description The documents */
                        documents: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
        };
    };
    "documents.upload_to_folder": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of a folder */
                folderName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The file
                     */
                    file: string;
                    /** @description Slugs of workspaces to put it into, separated by commas; takes workspaces:write */
                    addToWorkspaces?: string;
                    /** @description JSON: title, docAuthor, description, docSource */
                    metadata?: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The documents that could not be embedded, if any */
                        error: string | null;
                        /** @description The documents */
                        documents: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
        };
    };
    "documents.upload_link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The address of the page */
                    link: string;
                    /** @description Slugs of workspaces to put it into, separated by commas; takes workspaces:write */
                    addToWorkspaces?: string;
                    /** @description Sent to the link's own server only */
                    scraperHeaders?: {
                        [key: string]: string;
                    };
                    /** @description Facts about the document */
                    metadata?: {
                        /** @description The author of the document */
                        docAuthor?: string;
                        /** @description What it is about */
                        description?: string;
                        /** @description Where the document comes from */
                        docSource?: string;
                        /** @description The title of the document */
                        title?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The documents that could not be embedded, if any */
                        error: string | null;
                        /** @description The documents */
                        documents: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
        };
    };
    "documents.raw_text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The text to store */
                    textContent: string;
                    /** @description Slugs of workspaces to put it into, separated by commas; takes workspaces:write */
                    addToWorkspaces?: string;
                    /** @description Facts about the document */
                    metadata: {
                        /** @description The author of the document */
                        docAuthor?: string;
                        /** @description What it is about */
                        description?: string;
                        /** @description Where the document comes from */
                        docSource?: string;
                        /** @description The address */
                        url?: string;
                        /** @description Where the text comes from, with the kind of source before it */
                        chunkSource?: string;
                        /** @description ms since 1970 */
                        published?: number;
                        /** @description The title of the document */
                        title: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The documents that could not be embedded, if any */
                        error: string | null;
                        /** @description The documents */
                        documents: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error?: string;
                        /** @description The documents */
                        documents?: components["schemas"]["UploadedDocument"][];
                    };
                };
            };
        };
    };
    "documents.create_folder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
        };
    };
    "documents.remove_folder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "documents.move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The documents to move */
                    files: {
                        /** @description Where it is now, as folder/name */
                        from: string;
                        /** @description Where it goes, as folder/name */
                        to: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
        };
    };
    "documents.remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Documents as folder/name */
                    names: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "workspaces.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name: string;
                    /** @description The temperature of the model; null: its own */
                    openAiTemp?: number | null;
                    /** @description How many former messages the model is given */
                    openAiHistory?: number;
                    /** @description The system prompt; null: the default one */
                    openAiPrompt?: string | null;
                    /** @description How near a passage must be, from 0 to 1 */
                    similarityThreshold?: number;
                    /** @description The upstream that answers; null: the default one */
                    chatProvider?: string | null;
                    /** @description The model that answers; null: the default one */
                    chatModel?: string | null;
                    /** @description How many passages go with a question */
                    topN?: number;
                    /** @description chat answers also from what the model knows, query from documents only; automatic lets it use tools */
                    chatMode?: string;
                    /** @description The upstream of the workspace's agent; null: that of its chats */
                    agentProvider?: string | null;
                    /** @description The model of the workspace's agent; null: that of its chats */
                    agentModel?: string | null;
                    /** @description The answer where no document says anything; null: the default one */
                    queryRefusalResponse?: string | null;
                    /** @description default, or rerank to order passages by a second look */
                    vectorSearchMode?: string;
                    /** @description Always null: there are no routers */
                    router_id?: number | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        workspace: components["schemas"]["Workspace"];
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspace; null: none */
                        workspace: string | null;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspaces */
                        workspaces: components["schemas"]["WorkspaceInList"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspace; null: none */
                        workspace: components["schemas"]["WorkspaceWithDocuments"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name?: string;
                    /** @description The temperature of the model; null: its own */
                    openAiTemp?: number | null;
                    /** @description How many former messages the model is given */
                    openAiHistory?: number;
                    /** @description The system prompt; null: the default one */
                    openAiPrompt?: string | null;
                    /** @description How near a passage must be, from 0 to 1 */
                    similarityThreshold?: number;
                    /** @description The upstream that answers; null: the default one */
                    chatProvider?: string | null;
                    /** @description The model that answers; null: the default one */
                    chatModel?: string | null;
                    /** @description How many passages go with a question */
                    topN?: number;
                    /** @description chat answers also from what the model knows, query from documents only; automatic lets it use tools */
                    chatMode?: string;
                    /** @description The upstream of the workspace's agent; null: that of its chats */
                    agentProvider?: string | null;
                    /** @description The model of the workspace's agent; null: that of its chats */
                    agentModel?: string | null;
                    /** @description The answer where no document says anything; null: the default one */
                    queryRefusalResponse?: string | null;
                    /** @description default, or rerank to order passages by a second look */
                    vectorSearchMode?: string;
                    /** @description Always null: there are no routers */
                    router_id?: number | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        workspace: components["schemas"]["Workspace"];
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    } | {
                        /** @description The workspace; null: none */
                        workspace: {
                            /** @description Its id in the API */
                            id: number;
                        };
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.chats": {
        parameters: {
            query?: {
                /** @description Of this session alone; left out: of none */
                apiSessionId?: string;
                /** @description Prompts with their answers; 100 */
                limit?: string;
                /** @description asc or desc */
                orderBy?: string;
            };
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "threads.create": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name?: string;
                    /** @description The name in addresses, such as handbook */
                    slug?: string;
                    /** @description The user it belongs to, in multi-user mode */
                    userId?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thread; null: none */
                        thread: components["schemas"]["Thread"] | null;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "threads.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Slug of the thread */
                threadSlug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name that people read */
                    name: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thread; null: none */
                        thread: components["schemas"]["Thread"] | null;
                        /** @description A text for people; null: nothing to say */
                        message: string | null;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Said"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "threads.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Slug of the thread */
                threadSlug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "threads.chats": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Slug of the thread */
                threadSlug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Said"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the workspace */
                workspaceId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The users */
                        users: components["schemas"]["WorkspaceMember"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.replace_members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Number of the workspace */
                workspaceId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Numbers of users */
                    userIds: number[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.add_members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                workspaceSlug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Numbers of users */
                    userIds: number[];
                    /** @description Whether those who are not named leave the workspace */
                    reset?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                        /** @description The users */
                        users: components["schemas"]["WorkspaceMember"][];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                        /** @description The users */
                        users: components["schemas"]["WorkspaceMember"][];
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    "workspaces.all_chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The number of the page, from 0 */
                    offset?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The chats, newest first */
                        chats: components["schemas"]["WorkspaceChat"][];
                        /** @description Whether further pages follow */
                        hasPages: boolean;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.export_chats": {
        parameters: {
            query?: {
                /** @description jsonl (where it is left out), json, csv or jsonAlpaca */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                    "application/json": unknown;
                    "text/csv": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Said"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspaces */
                        workspaces: components["schemas"]["Workspace"][];
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspace; null: none */
                        workspace: components["schemas"]["EmbeddedWorkspace"] | null;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.suggestions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The messages that the workspace suggests */
                        suggestedMessages: components["schemas"]["SuggestedMessage"][];
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.suggest": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The messages, in their order */
                    messages?: components["schemas"]["SuggestedMessage"][];
                    /** @description The messages that the workspace suggests */
                    suggestedMessages?: components["schemas"]["SuggestedMessage"][];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description A text for people; null: nothing to say */
                        message: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.score": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Number of the chat */
                chatId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description true: good, false: bad, null: no opinion */
                    feedback: boolean | null;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "prompt_variables.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The variables of prompts */
                        variables: components["schemas"]["PromptVariable"][];
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "prompt_variables.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the variable */
                    key: string;
                    /** @description What it is about */
                    description?: string | null;
                    /** @description The text that stands in its place in a prompt */
                    value: string;
                    /** @description No list shows the value, and it is taken out of what models say; 8 to 1,000 characters */
                    secret?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        variable: components["schemas"]["PromptVariable"];
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "prompt_variables.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The name of the variable */
                    key: string;
                    /** @description What it is about */
                    description?: string | null;
                    /** @description The present one where it is left out, or ******** */
                    value?: string;
                    /** @description No list shows the value, and it is taken out of what models say; 8 to 1,000 characters */
                    secret?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        variable: components["schemas"]["PromptVariable"];
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "prompt_variables.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.stream_chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnQuestion"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "my_workspaces.chats": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Nobody is logged in, or has no such role */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description @agent at its beginning has an agent answer */
                    message: string;
                    /**
                     * @description chat answers also from what the model knows, query from documents only; automatic lets it use tools
                     * @enum {unknown}
                     */
                    mode?: "automatic" | "query" | "chat";
                    /** @description Files that go with the question */
                    attachments?: {
                        /** @description The name that people read */
                        name: string;
                        /** @description application/anythingllm-document, or the type of an image */
                        mime: string;
                        /** @description A data URI */
                        contentString: string;
                    }[];
                    /** @description The model is shown nothing of what was said before */
                    reset?: boolean;
                    /** @description A conversation of its own */
                    sessionId?: string | number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAnswer"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
        };
    };
    "workspaces.stream_chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description @agent at its beginning has an agent answer */
                    message: string;
                    /**
                     * @description chat answers also from what the model knows, query from documents only; automatic lets it use tools
                     * @enum {unknown}
                     */
                    mode?: "automatic" | "query" | "chat";
                    /** @description Files that go with the question */
                    attachments?: {
                        /** @description The name that people read */
                        name: string;
                        /** @description application/anythingllm-document, or the type of an image */
                        mime: string;
                        /** @description A data URI */
                        contentString: string;
                    }[];
                    /** @description The model is shown nothing of what was said before */
                    reset?: boolean;
                    /** @description A conversation of its own */
                    sessionId?: string | number;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "threads.chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Slug of the thread */
                threadSlug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description @agent at its beginning has an agent answer */
                    message: string;
                    /**
                     * @description chat answers also from what the model knows, query from documents only; automatic lets it use tools
                     * @enum {unknown}
                     */
                    mode?: "automatic" | "query" | "chat";
                    /** @description Files that go with the question */
                    attachments?: {
                        /** @description The name that people read */
                        name: string;
                        /** @description application/anythingllm-document, or the type of an image */
                        mime: string;
                        /** @description A data URI */
                        contentString: string;
                    }[];
                    /** @description The model is shown nothing of what was said before */
                    reset?: boolean;
                    /** @description The user who asks, in multi-user mode */
                    userId?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAnswer"];
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
        };
    };
    "threads.stream_chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
                /** @description Slug of the thread */
                threadSlug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description @agent at its beginning has an agent answer */
                    message: string;
                    /**
                     * @description chat answers also from what the model knows, query from documents only; automatic lets it use tools
                     * @enum {unknown}
                     */
                    mode?: "automatic" | "query" | "chat";
                    /** @description Files that go with the question */
                    attachments?: {
                        /** @description The name that people read */
                        name: string;
                        /** @description application/anythingllm-document, or the type of an image */
                        mime: string;
                        /** @description A data URI */
                        contentString: string;
                    }[];
                    /** @description The model is shown nothing of what was said before */
                    reset?: boolean;
                    /** @description The user who asks, in multi-user mode */
                    userId?: number;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.embed": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Names of stored documents to put into the workspace */
                    adds?: string[];
                    /** @description Names of documents to take out of the workspace */
                    deletes?: string[];
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        workspace: components["schemas"]["EmbeddedWorkspace"];
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.pin": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The document as folder/name */
                    docPath: string;
                    /** @description Whether the whole document goes with every question */
                    pinStatus?: boolean;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Said"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "workspaces.search": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Slug of the workspace */
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The text to look for */
                    query: string;
                    /** @description The workspace's own, if left out */
                    topN?: number;
                    /** @description The workspace's own, if left out */
                    scoreThreshold?: number;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The passages, nearest first */
                        results: components["schemas"]["Passage"][];
                        /** @description Where nothing is embedded */
                        message?: string;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Said"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "system.vector_count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description How many vectors are kept */
                        vectorCount: number;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "openai.embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A text or several */
                    input: string | string[];
                    /** @description Another name of input; input is read first */
                    inputs?: string | string[];
                    /** @description Not looked at */
                    model?: string | null;
                    /**
                     * @description How vectors are written
                     * @enum {unknown}
                     */
                    encoding_format?: "float" | "base64";
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description The kind of thing
                         * @constant
                         */
                        object: "list";
                        /** @description The items */
                        data: {
                            /**
                             * @description The kind of thing
                             * @constant
                             */
                            object: "embedding";
                            /** @description The vector; a base64 text where encoding_format was base64 */
                            embedding: components["schemas"]["Vector"] | string;
                            /** @description Its place in the list, from 0 */
                            index: number;
                        }[];
                        /** @description The name of the model */
                        model: string;
                        /** @description The tokens that it took */
                        usage: {
                            /** @description Tokens of the request */
                            prompt_tokens: number;
                            /** @description Tokens in all */
                            total_tokens: number;
                        };
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "openai.vector_stores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The id of the first item */
                        first_id?: string;
                        /** @description The id of the last item */
                        last_id?: string;
                        /** @description The items */
                        data: {
                            /** @description Its id in the API */
                            id: string;
                            /**
                             * @description The kind of thing
                             * @constant
                             */
                            object: "vector_store";
                            /** @description The name that people read */
                            name: string;
                            /** @description How many documents are in it */
                            file_counts: {
                                /** @description Vectors, not files */
                                total: number;
                            };
                            /** @description The store of the vectors */
                            provider: string;
                        }[];
                        /** @description Whether further items follow */
                        has_more: boolean;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "openai.models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description The kind of thing
                         * @constant
                         */
                        object: "list";
                        /** @description The items */
                        data: components["schemas"]["WorkspaceModel"][];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "openai.chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The slug of a workspace */
                    model: string;
                    /** @description The messages, in their order */
                    messages: {
                        /** @description default, manager or admin; in a message to a model: system, user or assistant */
                        role: string;
                        /** @description The text, or the parts of the message */
                        content: unknown;
                    }[];
                    /** @description Whether the answer comes in pieces */
                    stream?: boolean;
                    /** @description From 0, the same answer each time, to 2 */
                    temperature?: number;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/event-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatAbort"] | components["schemas"]["WorkspaceModelError"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceModelError"];
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceModelError"] | {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceModelError"];
                };
            };
            /** @description Done */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceModelError"];
                };
            };
            /** @description Done */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceModelError"];
                };
            };
        };
    };
    "openai.images": {
        parameters: {
            query?: never;
            header?: {
                /** @description Used as the id of the request, in the answer and in the log: up to 128 letters, digits and any of _ . : - */
                "x-request-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The instruction to the model */
                    prompt: string;
                    /** @description Such as 1024x1024 */
                    size?: string;
                    /**
                     * @description b64_json: JSON; blob: the bytes of the image
                     * @enum {unknown}
                     */
                    response_format?: "b64_json" | "blob";
                };
                "multipart/form-data": {
                    /** @description The instruction to the model */
                    prompt: string;
                    /** @description Such as 1024x1024 */
                    size?: string;
                    /**
                     * @description b64_json: JSON; blob: the bytes of the image
                     * @enum {unknown}
                     */
                    response_format?: "b64_json" | "blob";
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "image/png": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
        };
    };
    "embeds.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedList"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.chats": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedChats"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.session": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
                /** @description UUID of the session, made by the page */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedChats"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        embed: components["schemas"]["Embed"];
                        /** @description What went wrong; null: nothing */
                        error: string | null;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.update": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"] | Record<string, never>;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "embeds.adopt": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Refused"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether the key is good */
                        connected: boolean;
                        /** @description The workspaces */
                        workspaces: components["schemas"]["Workspace"][];
                        /** @description The number of the key that asked */
                        apiKeyId: number;
                    };
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.disconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The workspaces */
                        workspaces: components["schemas"]["Workspace"][];
                    };
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.embed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The number of the workspace */
                    workspaceId: number;
                    /** @description The text of the page */
                    textContent: string;
                    /** @description Facts about the document */
                    metadata?: {
                        /** @description The author of the document */
                        docAuthor?: string;
                        /** @description What it is about */
                        description?: string;
                        /** @description Where the document comes from */
                        docSource?: string;
                        /** @description The address */
                        url?: string;
                        /** @description The title of the document */
                        title?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Done */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
        };
    };
    "extension.upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The text of the page */
                    textContent: string;
                    /** @description Facts about the document */
                    metadata?: {
                        /** @description The author of the document */
                        docAuthor?: string;
                        /** @description What it is about */
                        description?: string;
                        /** @description Where the document comes from */
                        docSource?: string;
                        /** @description The address */
                        url?: string;
                        /** @description The title of the document */
                        title?: string;
                    };
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Done */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
        };
    };
    "extension.list_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                        /** @description The keys */
                        apiKeys: {
                            /** @description Its id in the API */
                            id: number;
                            /** @description Its end; the whole was shown once */
                            key: string;
                            /** @description The number of the user; null: none */
                            user_id: number | null;
                            /**
                             * Format: date-time
                             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                             */
                            createdAt: string;
                            /**
                             * Format: date-time
                             * @description an RFC 3339 date-time such as 2027-01-31T09:00:00Z
                             */
                            lastUpdatedAt: string;
                            /** @description The user; null: none */
                            user: {
                                /** @description Its id in the API */
                                id: number;
                                /** @description The name that the user logs in with */
                                username: string;
                                /** @description default, manager or admin; in a message to a model: system, user or assistant */
                                role: string;
                            } | null;
                        }[];
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.mint_key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The text of the key */
                        apiKey: string;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "extension.end_key": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The number or id from the list */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether it was done */
                        success: boolean;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What went wrong; null: nothing */
                        error: string;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.dump": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        settings: components["schemas"]["SystemSettings"];
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.embedding_progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbeddingProgress"];
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: string;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The value of each setting now */
                        newValues: {
                            [key: string]: string;
                        };
                        /** @description What went wrong; null: nothing */
                        error: false | string;
                    };
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "web.ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Whether the server runs: always true */
                        online: boolean;
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "web.setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        results: components["schemas"]["SystemSettings"];
                    };
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "web.logo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description No valid key, or its scope is missing */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description A limit of the key is reached */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.change_preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Outcome"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "settings.show_preferences": {
        parameters: {
            query?: {
                /** @description Names, with commas */
                labels?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The value of each setting */
                        settings: {
                            [key: string]: (string | boolean) | null;
                        };
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    "widget.chat": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A UUID that the page made */
                    sessionId?: string;
                    /** @description A text for people; null: nothing to say */
                    message?: string;
                    /** @description The instruction to the model */
                    prompt?: string;
                    /** @description The name of the model */
                    model?: string;
                    /** @description From 0, the same answer each time, to 2 */
                    temperature?: number;
                    /** @description The name that the user logs in with */
                    username?: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Done */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
            /** @description Done */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Done */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
        };
    };
    "widget.history": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
                /** @description UUID of the session, made by the page */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["History"];
                };
            };
            /** @description Done */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
        };
    };
    "widget.forget": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID of the chat widget */
                uuid: string;
                /** @description UUID of the session, made by the page */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Too many attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeveloperError"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WidgetRefusal"];
                };
            };
        };
    };
}
