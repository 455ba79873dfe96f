# OpenBao for v2: raft storage, a static seal, and what it sets up at its first start. Paths are relative to its working
# folder. The listener stands in a second file: v2/openbao.ts writes it, and v2/compose/openbao-listener.hcl is that of
# compose.yaml. No root token exists: OpenBao revokes the one of the set-up itself.

storage "raft" {
  path    = "openbao/data"
  node_id = "v2"
  # It is the only node: it has nobody to wait for, and elects itself after 1 s instead of 5 s.
  performance_multiplier = 1
}

# It unseals itself with this key. The key lies beside the data: docs/v2.md says what that protects.
seal "static" {
  current_key_id = "v2-1"
  current_key    = "file://openbao/unseal.key"
}

ui = false

initialize "kv" {
  request "mount" {
    operation = "update"
    path      = "sys/mounts/kv"
    data      = { type = "kv", options = { version = "2" } }
  }
}

# The bootstrap stores keys below tribuence/v2, and its own notes below keyward/bootstrap.
initialize "policies" {
  request "bootstrap" {
    operation = "update"
    path      = "sys/policies/acl/v2-bootstrap"
    data = {
      policy = <<-POLICY
        path "kv/data/tribuence/v2/*"     { capabilities = ["create", "read", "update", "patch"] }
        path "kv/metadata/tribuence/v2/*" { capabilities = ["read", "update", "patch", "delete"] }
        path "kv/destroy/tribuence/v2/*"  { capabilities = ["update"] }
        path "kv/data/keyward/bootstrap*"     { capabilities = ["create", "read", "update", "patch"] }
        path "kv/metadata/keyward/bootstrap*" { capabilities = ["read", "update", "patch", "delete"] }
      POLICY
    }
  }

  # The wrapper reads its one key, and nothing else.
  request "wrapper" {
    operation = "update"
    path      = "sys/policies/acl/v2-wrapper"
    data = {
      policy = <<-POLICY
        path "kv/data/tribuence/v2/anythingllm"     { capabilities = ["read"] }
        path "kv/metadata/tribuence/v2/anythingllm" { capabilities = ["read"] }
      POLICY
    }
  }

  # A person, and make v2-smoke: names, versions and snapshots, but no value. A snapshot is encrypted.
  request "operator" {
    operation = "update"
    path      = "sys/policies/acl/v2-operator"
    data = {
      policy = <<-POLICY
        path "kv/metadata/*"             { capabilities = ["read", "list"] }
        path "sys/storage/raft/snapshot" { capabilities = ["read"] }
      POLICY
    }
  }
}

# The secret ids are drawn before the first start (v2/first-secrets.ts), so that no answer has to carry them.
initialize "approle" {
  request "enable" {
    operation = "update"
    path      = "sys/auth/approle"
    data      = { type = "approle" }
  }

  request "bootstrap" {
    operation = "update"
    path      = "auth/approle/role/v2-bootstrap"
    data      = { role_id = "v2-bootstrap", token_policies = ["v2-bootstrap"], token_ttl = "20m" }
  }

  request "bootstrap-secret-id" {
    operation = "update"
    path      = "auth/approle/role/v2-bootstrap/custom-secret-id"
    data      = { secret_id = { eval_type = "string", eval_source = "file", path = "roles/bootstrap/secret-id" } }
  }

  request "wrapper" {
    operation = "update"
    path      = "auth/approle/role/v2-wrapper"
    data      = { role_id = "v2-wrapper", token_policies = ["v2-wrapper"], token_ttl = "20m" }
  }

  request "wrapper-secret-id" {
    operation = "update"
    path      = "auth/approle/role/v2-wrapper/custom-secret-id"
    data      = { secret_id = { eval_type = "string", eval_source = "file", path = "roles/wrapper/secret-id" } }
  }

  request "operator" {
    operation = "update"
    path      = "auth/approle/role/v2-operator"
    data      = { role_id = "v2-operator", token_policies = ["v2-operator"], token_ttl = "20m" }
  }

  request "operator-secret-id" {
    operation = "update"
    path      = "auth/approle/role/v2-operator/custom-secret-id"
    data      = { secret_id = { eval_type = "string", eval_source = "file", path = "roles/operator/secret-id" } }
  }
}
