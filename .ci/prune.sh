#!/bin/sh
# Takes out of an installed folder of packages (default: node_modules) what no program here uses, a third of it: native
# parts for other machines, sources of native parts (all come as ready binaries), and maps for debuggers.
# Repeating it changes nothing.
set -eu

cd "${1:-node_modules}"
os=$(node -p process.platform)
arch=$(node -p process.arch)

for folder in onnxruntime-node/bin/*/*/*/; do
  case "$folder" in
  */"$os/$arch/") ;;
  *) rm -rf "$folder" ;;
  esac
done
for folder in @node-llama-cpp/*/; do
  case "$folder" in
  @node-llama-cpp/"$os-$arch"/ | @node-llama-cpp/"$os-$arch"-*/) ;;
  @node-llama-cpp/mac-*/) [ "$os" = darwin ] || rm -rf "$folder" ;;
  @node-llama-cpp/win-*/) [ "$os" = win32 ] || rm -rf "$folder" ;;
  *) rm -rf "$folder" ;;
  esac
done
for folder in usearch/prebuilds/*/; do
  case "$folder" in
  usearch/prebuilds/"$os"-*"$arch"*/) ;;
  *) rm -rf "$folder" ;;
  esac
done

rm -rf node-llama-cpp/llama/gitRelease.bundle
rm -rf node-linux-*/include
# Of clients that tests use.
rm -rf openai/src @anthropic-ai/sdk/src
# The server loads its encodings from esm (server/src/base/tokens.ts).
rm -rf gpt-tokenizer/cjs gpt-tokenizer/src gpt-tokenizer/data
find . -name '*.map' -type f -delete
