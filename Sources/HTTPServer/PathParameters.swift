/// What the `{names}` of a template stand for in one path.
package struct PathParameters: Sendable {
    /// More names than this no template may have.
    static let limit = 4

    private let names: [String]
    private let bytes: [UInt8]
    private let positions: SIMD8<UInt16>

    /// `positions` are start and end of each parameter in `bytes`.
    init(names: [String] = [], bytes: [UInt8] = [], positions: SIMD8<UInt16> = SIMD8()) {
        self.names = names
        self.bytes = bytes
        self.positions = positions
    }

    /// The segment as sent, undecoded; nil for a name that the template doesn't have.
    package subscript(_ name: String) -> String? {
        for index in names.indices where index < Self.limit && names[index].utf8.elementsEqual(name.utf8) {
            return String(decoding: bytes[Int(positions[2 * index])..<Int(positions[2 * index + 1])], as: UTF8.self)
        }
        return nil
    }
}
