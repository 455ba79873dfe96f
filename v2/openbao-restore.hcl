# Added to openbao.hcl while `make v2-restore` fills a new OpenBao: a role that may replace all data, and nothing else.
# The snapshot replaces this role too, so that the restored OpenBao does not have it.

initialize "restore" {
  request "policy" {
    operation = "update"
    path      = "sys/policies/acl/v2-restore"
    data = {
      policy = <<-POLICY
        path "sys/storage/raft/snapshot" { capabilities = ["create", "update"] }
      POLICY
    }
  }

  request "role" {
    operation = "update"
    path      = "auth/approle/role/v2-restore"
    data      = { role_id = "v2-restore", token_policies = ["v2-restore"], token_ttl = "5m" }
  }

  request "secret-id" {
    operation = "update"
    path      = "auth/approle/role/v2-restore/custom-secret-id"
    data      = { secret_id = { eval_type = "string", eval_source = "file", path = "roles/restore/secret-id" } }
  }
}
