#!/bin/sh
# Links the program of this clone into a folder on PATH, or removes that link: link.sh install|uninstall FOLDER
set -eu
root=$(CDPATH='' cd -P "$(dirname "$0")/.." && pwd)
verb=$1
folder=$2
link=$folder/keyward

target=
if [ -h "$link" ]; then target=$(readlink "$link"); fi

if [ "$verb" = uninstall ]; then
  if [ "$target" = "$root/keyward" ]; then
    rm "$link"
    echo "Removed $link. The server, its data and $root stay: make down stops the server."
  elif [ -e "$link" ] || [ -h "$link" ]; then
    echo "make uninstall: $link does not belong to $root: it stays." >&2
    exit 1
  else
    echo "There is no $link: nothing to remove."
  fi
  exit 0
fi

# A link whose target is gone is that of a clone that was moved or removed.
if [ "$target" != "$root/keyward" ] && [ -e "$link" ]; then
  echo "make install: $link exists and does not belong to $root: it stays." >&2
  echo "  Remove it, or name another folder: make install BINDIR=\$HOME/bin" >&2
  exit 1
fi
if [ "$target" = "$root/keyward" ]; then
  echo "$link is linked to $root/keyward already."
else
  mkdir -p "$folder"
  ln -sfn "$root/keyward" "$link"
  echo "Linked $link to $root/keyward. To remove it: make uninstall"
fi
case ":$PATH:" in
  *":$folder:"*) ;;
  *)
    echo "$folder is not on PATH. To add it, in ~/.profile or the file of your shell:"
    echo "  export PATH=\"$folder:\$PATH\""
    ;;
esac
echo "Completion for bash: source <(keyward completion bash)   (also: zsh, fish)"
