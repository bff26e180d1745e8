import JSON

/// What a text in a form must look like (EL3).
public enum FormFormat: String, Sendable, CaseIterable {
    case email, uri, date
    /// RFC 3339, with a time zone.
    case dateTime = "date-time"

    /// Whether a text has this form; of an address only as much as can be told without asking anyone.
    func fits(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        switch self {
        case .email: return FormFormat.isAddress(bytes)
        case .uri: return URIText.isURI(text)
        case .date: return FormFormat.isDate(bytes[...])
        case .dateTime:
            guard bytes.count > 10, bytes[10] | 0x20 == UInt8(ascii: "t") else { return false }
            return FormFormat.isDate(bytes[..<10]) && FormFormat.isTime(bytes[11...])
        }
    }

    /// Something, one `@`, something; no blanks and controls.
    private static func isAddress(_ bytes: [UInt8]) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// `2026-07-28`.
    private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let numbers = numbers(bytes, like: "0000-00-00"), (1...12).contains(numbers[1]) else { return false }
        let (year, month) = (numbers[0], numbers[1])
        let isLeapYear = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let days = month == 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return (1...days).contains(numbers[2])
    }

    /// `12:00:00Z`, `12:00:00.5+02:00`.
    private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let time = numbers(bytes.prefix(8), like: "00:00:00"), time[0] < 24, time[1] < 60, time[2] <= 60 else { return false }
        var rest = bytes.dropFirst(8)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let sign = rest.first else { return false }
        if sign | 0x20 == UInt8(ascii: "z") { return rest.count == 1 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), let zone = numbers(rest.dropFirst(), like: "00:00") else {
            return false
        }
        return zone[0] < 24 && zone[1] < 60
    }

    /// The numbers where the pattern has zeros, if all else is the same.
    private static func numbers(_ bytes: ArraySlice<UInt8>, like pattern: String) -> [Int]? {
        guard bytes.count == pattern.utf8.count else { return nil }
        var numbers = [0]
        for (byte, letter) in zip(bytes, pattern.utf8) {
            if letter == UInt8(ascii: "0") {
                guard (0x30...0x39).contains(byte) else { return nil }
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte & 0xF)
            } else {
                guard byte == letter else { return nil }
                numbers.append(0)
            }
        }
        return numbers
    }
}
