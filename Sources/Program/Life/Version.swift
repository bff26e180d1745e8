/// Which release this is.
package enum Version {
    package static let current = "0.1.0"
    /// What it was built from; nobody tells the build.
    package static let commit = "unknown"
}
