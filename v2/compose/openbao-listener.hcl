# On the network of compose.yaml alone, which is inside this machine: no port of OpenBao is published.
listener "tcp" {
  address     = "0.0.0.0:8200"
  tls_disable = true
}

api_addr     = "http://openbao:8200"
cluster_addr = "https://openbao:8201"
