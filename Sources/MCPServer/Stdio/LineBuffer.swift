/// Cuts a stream of bytes into lines (I1), and skips those that are too long (W91).
package struct LineBuffer {
    package enum Line: Equatable {
        /// Without its line break.
        case line([UInt8])
        case tooLong
    }

    /// In bytes.
    package let limit: Int
    private var pending: [UInt8] = []
    private var searched = 0
    private var start = 0
    private var isSkipping = false

    package init(limit: Int = 1_048_576) {
        self.limit = limit
    }

    package mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            pending.removeFirst(start)
            searched -= start
            start = 0
        }
        pending += bytes
    }

    /// The next whole line; nil if there is none yet.
    package mutating func next() -> Line? {
        while true {
            guard let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
                searched = pending.count
                return isSkipping ? drop() : cutTooLong()
            }
            let line = pending[start..<end]
            (start, searched) = (end + 1, end + 1)
            if isSkipping {
                isSkipping = false
                continue
            }
            return line.count > limit ? .tooLong : .line(Array(line))
        }
    }

    /// What stands after the last line break; nil if nothing does.
    package mutating func rest() -> Line? {
        defer { drop() }
        return isSkipping || start == pending.count ? nil : .line(Array(pending[start...]))
    }

    /// A line that is too long is said to be so at once; what is still to come of it is dropped unread.
    private mutating func cutTooLong() -> Line? {
        guard pending.count - start > limit else { return nil }
        drop()
        isSkipping = true
        return .tooLong
    }

    @discardableResult
    private mutating func drop() -> Line? {
        pending.removeAll(keepingCapacity: false)
        (start, searched) = (0, 0)
        return nil
    }
}
