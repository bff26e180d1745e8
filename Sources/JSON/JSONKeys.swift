/// The keys of all open objects, and the search for one that comes twice.
///
/// An object's keys are compared when it closes: a few by looking at each pair, many through a hash table. The hash is the standard
/// library's SipHash with its random seed, so nobody can choose keys that collide, and 100,000 keys take linear time.
struct JSONKeys {
    /// A key, as its unescaped bytes.
    private struct Key {
        /// The first eight bytes, or fewer and zeros: decides most comparisons alone.
        var prefix: UInt64
        /// Where the bytes begin: in the input, or in `unescaped`.
        var start: UInt32
        var length: UInt32
        /// Where the opening quotation mark stands in the input.
        var position: UInt32
        var isPlain: Bool

        var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    /// Up to this many keys are compared in pairs.
    ///
    /// A table is cheaper from 20 on if all keys begin with the same eight bytes, and only above 32 if they don't (measured).
    private static let fewest = 24

    /// How many keys are remembered.
    private(set) var count = 0
    /// Entries from `count` on are left over from closed objects; overwriting is cheaper than removing.
    private var keys: [Key] = []
    private var unescaped: [UInt8] = []

    /// Remembers the key between two offsets, quotation marks included.
    @inline(__always)
    mutating func add(from start: Int, to end: Int, isPlain: Bool, in input: Span<UInt8>) {
        var key = Key(
            prefix: 0,
            start: UInt32(truncatingIfNeeded: start + 1),
            length: UInt32(truncatingIfNeeded: end - start - 2),
            position: UInt32(truncatingIfNeeded: start),
            isPlain: isPlain
        )
        if isPlain {
            key.prefix = input.prefix(of: key.range)
        } else {
            unescape(&key, in: input)
        }
        if count < keys.count {
            keys[count] = key
        } else {
            keys.append(key)
        }
        count += 1
    }

    @inline(never)
    private mutating func unescape(_ key: inout Key, in input: Span<UInt8>) {
        let start = unescaped.count
        JSONText.unescape(input, key.range, into: &unescaped)
        key.start = UInt32(truncatingIfNeeded: start)
        key.length = UInt32(truncatingIfNeeded: unescaped.count - start)
        key.prefix = unescaped.span.prefix(of: key.range)
    }

    /// Forgets the keys from index `first` on and returns the position of the first that had come before among them.
    @inline(__always)
    mutating func firstDuplicate(from first: Int, in input: Span<UInt8>) -> Int? {
        let last = count
        count = first
        if last - first < 2 {
            return nil
        }
        return last - first <= Self.fewest ? amongFew(first, last, input) : amongMany(first, last, input)
    }

    private func amongFew(_ first: Int, _ last: Int, _ input: Span<UInt8>) -> Int? {
        let keys = keys.span
        for index in first + 1..<last {
            let prefix = keys[index].prefix
            for other in first..<index where keys[other].prefix == prefix {
                if equal(keys[other], keys[index], input) {
                    return Int(keys[index].position)
                }
            }
        }
        return nil
    }

    @inline(never)
    private func amongMany(_ first: Int, _ last: Int, _ input: Span<UInt8>) -> Int? {
        let keys = keys.span
        // At most half full, so there is always an empty place, which ends the search.
        var size = 128
        while size < (last - first) * 2 {
            size *= 2
        }
        let mask = size - 1
        var table = [UInt32](repeating: .max, count: size)
        for index in first..<last {
            let key = keys[index]
            var place = hash(key, input) & mask
            while table[place] != .max {
                if equal(keys[Int(table[place])], key, input) {
                    return Int(key.position)
                }
                place = (place + 1) & mask
            }
            table[place] = UInt32(truncatingIfNeeded: index)
        }
        return nil
    }

    private func hash(_ key: Key, _ input: Span<UInt8>) -> Int {
        var hasher = Hasher()
        if key.isPlain {
            input.extracting(key.range).withUnsafeBytes { hasher.combine(bytes: $0) }
        } else {
            unescaped.span.extracting(key.range).withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        return hasher.finalize()
    }

    private func equal(_ left: Key, _ right: Key, _ input: Span<UInt8>) -> Bool {
        guard left.prefix == right.prefix, left.length == right.length else {
            return false
        }
        if left.length <= 8 {
            return true
        }
        let own = unescaped.span
        return switch (left.isPlain, right.isPlain) {
        case (true, true): input.equals(left.range, input, right.range)
        case (true, false): input.equals(left.range, own, right.range)
        case (false, true): own.equals(left.range, input, right.range)
        case (false, false): own.equals(left.range, own, right.range)
        }
    }
}

extension Span<UInt8> {
    /// The first eight bytes of a range that lies inside, filled up with zeros.
    @inline(__always)
    fileprivate func prefix(of range: Range<Int>) -> UInt64 {
        let length = range.upperBound - range.lowerBound
        if count - range.lowerBound >= 8 {
            let word = word(at: range.lowerBound)
            return length >= 8 ? word : word & ((1 << UInt64(truncatingIfNeeded: length * 8)) &- 1)
        }
        var word: UInt64 = 0
        for offset in 0..<length {
            word |= UInt64(self[range.lowerBound + offset]) << UInt64(truncatingIfNeeded: offset * 8)
        }
        return word
    }
}
