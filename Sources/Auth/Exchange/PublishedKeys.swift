/// The public keys of exchanged tokens, as others fetch them to verify these.
package struct PublishedKeys: Sendable {
    /// A JSON Web Key Set (RFC 7517, § 5).
    package let document: [UInt8]

    /// There is none.
    package static let none = PublishedKeys(document: Array(#"{"keys":[]}"#.utf8))
}
