/// Whose requests a bucket counts.
///
/// Bytes, for to texts of Unicode some that differ are equal.
package struct LimitKey: Sendable, Hashable {
    private let tenant: [UInt8]
    private let subject: [UInt8]

    /// - Parameter tenant: Empty where a subject's requests are counted in all tenants together.
    package init(tenant: String = "", subject: String) {
        self.tenant = Array(tenant.utf8)
        self.subject = Array(subject.utf8)
    }
}
