package import HTTPTypes

extension HTTPField.Name {
    package static let debugSubject = named("X-Debug-Sub")
    package static let tenant = named("X-TB-Tenant-ID")
    package static let syncSession = named("X-Sync-Session")
    package static let syncEpoch = named("X-Sync-Epoch")

    /// A constant's name; one that isn't a token would be a slip of ours, and no header has this name.
    private static func named(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .from
    }
}
