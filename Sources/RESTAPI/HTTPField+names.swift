import HTTPServer
package import HTTPTypes

extension HTTPField.Name {
    package static let debugSubject = HTTPField.Name(constant: "X-Debug-Sub")
    package static let tenant = HTTPField.Name(constant: "X-TB-Tenant-ID")
    static let tenantTimestamp = HTTPField.Name(constant: "X-TB-Timestamp")
    static let tenantNonce = HTTPField.Name(constant: "X-TB-Nonce")
    static let tenantSignature = HTTPField.Name(constant: "X-TB-Signature")
    package static let syncSession = HTTPField.Name(constant: "X-Sync-Session")
    package static let syncEpoch = HTTPField.Name(constant: "X-Sync-Epoch")
    static let idempotencyKey = HTTPField.Name(constant: "Idempotency-Key")
    static let idempotencyReplayed = HTTPField.Name(constant: "Idempotency-Replayed")
    /// Tells nginx not to hold events back.
    static let accelBuffering = HTTPField.Name(constant: "X-Accel-Buffering")
    static let lastEventID = HTTPField.Name(constant: "Last-Event-ID")
}
