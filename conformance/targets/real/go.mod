// Marks the module. What each release is built from is in 3.5.mod, 3.6.mod and 3.7.mod, one of
// which build.sh names with -modfile. The Go version is the highest of theirs.
module etcdpp/real

go 1.26
