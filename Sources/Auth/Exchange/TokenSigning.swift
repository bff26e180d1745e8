/// Signs what this server says about a subject.
package protocol TokenSigning: Sendable {
    /// A token with these claims.
    ///
    /// - Parameter claims: One JSON object.
    func sign(claims: [UInt8]) throws -> String
}
