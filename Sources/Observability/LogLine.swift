/// Makes log lines: fixed member order, escaped, cut.
struct LogLine {
    /// No member is longer than this many bytes before escaping.
    static let memberLimit = 1024
    /// No line is longer; what would make it longer is left out of `fields`.
    static let lineLimit = 16_384

    private(set) var bytes: [UInt8] = []
    private let format: LogFormat
    private var isFirst = true
    private var start = 0
    private var timeSecond = Int64.min
    private var timeText: [UInt8] = []
    /// Hides who somebody is; nil leaves it out.
    var hash: PersonHash?
    private var hidden: [String: String] = [:]

    /// So many hashes are kept before all are forgotten.
    private static let hiddenLimit = 4096

    init(format: LogFormat) {
        self.format = format
        bytes.reserveCapacity(65_536)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends one line, newline included.
    ///
    /// `time` is in milliseconds since 1970.
    mutating func append(_ observation: Observation, at time: Int64) {
        start = bytes.count
        isFirst = true
        switch format {
        case .json:
            bytes.append(UInt8(ascii: "{"))
            member("ts") { $0.timestamp(time) }
            member("level") { $0.quoted(observation.level.name) }
            member("msg", observation.message)
            member("component", observation.component.description)
        case .console:
            timestamp(time)
            bytes.append(UInt8(ascii: " "))
            text(observation.level.name)
            bytes.append(UInt8(ascii: " "))
            escape(observation.message)
        }
        observation.describe(to: &self)
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// What a line shows in place of a tenant or a subject.
    mutating func hidden(_ text: String?) -> String? {
        guard let text, let hash else { return nil }
        if let known = hidden[text] { return known }
        if hidden.count >= Self.hiddenLimit { hidden.removeAll(keepingCapacity: true) }
        let made = hash(text)
        hidden[text] = made
        return made
    }

    mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        member(name) { $0.string(value) }
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        member(name) { $0.integer(value) }
    }

    mutating func member(_ name: StaticString, _ id: CorrelationID) {
        member(name) { line in
            line.bytes.append(UInt8(ascii: "\""))
            id.forEachByte { line.bytes.append($0) }
            line.bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Milliseconds with three decimals.
    mutating func member(_ name: StaticString, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let micros = max(0, seconds) &* 1_000_000 &+ attoseconds / 1_000_000_000_000
        member(name) { line in
            line.integer(Int(micros / 1000))
            line.bytes.append(UInt8(ascii: "."))
            line.padded(Int(micros % 1000), 3)
        }
    }

    /// Everything else, flat.
    mutating func fields(_ fields: [(name: String, value: FieldValue)]) {
        guard !fields.isEmpty else { return }
        member("fields") { line in
            line.bytes.append(UInt8(ascii: "{"))
            var first = true
            for field in fields {
                // An escaped byte takes up to six.
                let room = LogLine.lineLimit - (line.bytes.count - line.start) - 64
                guard (min(field.name.utf8.count, 1027) + field.value.size) * 6 < room else { continue }
                if !first { line.bytes.append(UInt8(ascii: ",")) }
                first = false
                line.string(field.name)
                line.bytes.append(UInt8(ascii: ":"))
                switch field.value {
                case .text(let text): line.string(text)
                case .integer(let number): line.integer(number)
                }
            }
            line.bytes.append(UInt8(ascii: "}"))
        }
    }

    /// What a member of `fields` can be.
    enum FieldValue {
        case text(String)
        case integer(Int)

        fileprivate var size: Int {
            switch self {
            case .text(let text): min(text.utf8.count, LogLine.memberLimit + 3)
            case .integer: 20
            }
        }
    }

    private mutating func member(_ name: StaticString, _ value: (inout LogLine) -> Void) {
        switch format {
        case .json:
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            quoted(name)
            bytes.append(UInt8(ascii: ":"))
        case .console:
            bytes.append(UInt8(ascii: " "))
            text(name)
            bytes.append(UInt8(ascii: "="))
        }
        value(&self)
    }

    private mutating func text(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func quoted(_ text: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        self.text(text)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func string(_ value: String) {
        bytes.append(UInt8(ascii: "\""))
        escape(value)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ value: String) {
        let isPlain = value.utf8.withContiguousStorageIfAvailable { utf8 in
            guard utf8.count <= Self.memberLimit, utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) else {
                return false
            }
            bytes.append(contentsOf: utf8)
            return true
        }
        if isPlain == true { return }
        var room = Self.memberLimit
        for scalar in value.unicodeScalars {
            let size = UTF8.width(scalar)
            guard size <= room else {
                bytes.append(contentsOf: "…".utf8)
                return
            }
            room -= size
            switch scalar.value {
            case 0x22:
                bytes.append(contentsOf: [0x5C, 0x22])
            case 0x5C:
                bytes.append(contentsOf: [0x5C, 0x5C])
            case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
                bytes.append(contentsOf: [0x5C, 0x75])
                for shift: UInt32 in [12, 8, 4, 0] {
                    let nibble = UInt8(truncatingIfNeeded: scalar.value &>> shift) & 0xF
                    bytes.append(nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble)
                }
            case 0x20...0x7E:
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    private mutating func integer(_ value: Int) {
        bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func padded(_ value: Int, _ width: Int) {
        let digits = String(value).utf8
        for _ in 0..<max(0, width - digits.count) { bytes.append(UInt8(ascii: "0")) }
        bytes.append(contentsOf: digits)
    }

    private mutating func timestamp(_ milliseconds: Int64) {
        let second = milliseconds / 1000
        if second != timeSecond {
            timeSecond = second
            timeText = Self.dateAndTime(ofSeconds: second)
        }
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
        bytes.append(contentsOf: timeText)
        bytes.append(UInt8(ascii: "."))
        padded(Int(milliseconds % 1000), 3)
        bytes.append(UInt8(ascii: "Z"))
        if format == .json { bytes.append(UInt8(ascii: "\"")) }
    }

    private static func dateAndTime(ofSeconds second: Int64) -> [UInt8] {
        let fields = WallClock.fields(ofSeconds: second)
        var line = LogLine(format: .console)
        line.padded(fields.year, 4)
        for (separator, number) in [("-", fields.month), ("-", fields.day), ("T", fields.hour), (":", fields.minute), (":", fields.second)]
        {
            line.bytes.append(contentsOf: separator.utf8)
            line.padded(number, 2)
        }
        return line.bytes
    }
}
