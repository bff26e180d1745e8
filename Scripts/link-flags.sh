# Sourced by the other scripts. How programs that bring the Swift runtime along are linked: `link_flags`, for swiftc.
# - lld folds functions that are the same (--icf) and packs relocations; symbols that nothing outside looks up aren't exported, which makes names and unused code vanish.
# - zlib comes as an archive, through a folder in which nothing else is: programs in an image then have no library beside those of C and C++ (and SQLite).
link_folder=$PWD/.build-release/archives
mkdir -p "$link_folder"
for archive in /usr/lib/*-linux-gnu/libz.a; do
    if [[ -f $archive ]]; then ln -sf "$archive" "$link_folder/libz.a"; fi
done
# shellcheck disable=SC2034 # used by those that source this
link_flags=(-L "$link_folder" -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --as-needed -Xlinker --icf=safe -Xlinker -z -Xlinker pack-relative-relocs -Xlinker -O2)
