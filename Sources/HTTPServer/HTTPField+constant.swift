package import HTTPTypes

extension HTTPField.Name {
    /// The name of a field that HTTPTypes has no name for.
    ///
    /// - Parameter text: A constant of ours, and a token (RFC 9110, § 5.1). For anything else this is `From`, which nothing here reads or writes.
    package init(constant text: String) {
        self = HTTPField.Name(text) ?? .from
    }
}
