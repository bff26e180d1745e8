/// The text of server-sent events (HTML standard, § 9.2).
package enum EventText {
    /// - Parameter data: JSON; line breaks can stand only between its tokens, and become spaces.
    package static func event(_ data: [UInt8], named name: StaticString?, id: String?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.count + 128)
        if let id {
            bytes += "id: ".utf8
            bytes += id.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        if let name {
            bytes += "event: ".utf8
            name.withUTF8Buffer { bytes += $0 }
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes += "data: ".utf8
        let start = bytes.count
        bytes += data
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: "\n") || bytes[index] == UInt8(ascii: "\r") {
            bytes[index] = UInt8(ascii: " ")
        }
        bytes += "\n\n".utf8
        return bytes
    }
}
