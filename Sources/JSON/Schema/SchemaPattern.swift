/// A regular expression of ECMA-262 (with the u flag, as JSON Schema has it), without lookaround and backreferences.
///
/// All threads of the automaton go through the text side by side, so the time is bounded by its states times the length of the text.
final class SchemaPattern: Sendable {
    /// One state of the automaton.
    enum Instruction: Sendable {
        /// Takes one scalar of this set (by its place in `sets`) and goes on.
        case take(Int)
        case split(Int, Int)
        case jump(Int)
        case beginning
        case end
        case wordBoundary(Bool)
        case accept
    }

    let instructions: [Instruction]
    let sets: [SchemaScalarSet]
    /// What looking into each set costs beside the visit.
    private let costs: [Int]
    /// Which of the first 128 scalars are in each set, a bit each.
    private let ascii: [SIMD2<UInt64>]
    /// Whether a match can begin at the text's beginning alone.
    let isAnchored: Bool

    /// Compiles an expression.
    init(_ source: String) throws(SchemaPatternError) {
        var parser = SchemaPatternParser(source)
        let tree = try parser.parse()
        var assembler = SchemaPatternAssembler()
        try assembler.append(tree)
        assembler.finish()
        instructions = assembler.instructions
        sets = assembler.sets
        costs = assembler.sets.map { $0.ranges.count >> 3 }
        ascii = assembler.sets.map { set in
            (0..<128).reduce(into: .zero) { bits, scalar in
                if set.contains(UInt32(scalar)) {
                    bits[scalar / 64] |= 1 << UInt64(scalar % 64)
                }
            }
        }
        if case .beginning? = instructions.first {
            isAnchored = true
        } else {
            isAnchored = false
        }
    }

    /// Whether the expression matches anywhere in the text, which is valid UTF-8; nil if that would cost more than `work`, from which the
    /// states visited are taken off.
    func matches(_ text: Span<UInt8>, _ range: Range<Int>, work: inout Int) -> Bool? {
        var run = SchemaPatternRun(states: instructions.count)
        work -= instructions.count >> 3
        var position = range.lowerBound
        var previous: UInt32?
        while true {
            let (scalar, next) = Self.scalar(text, at: position, before: range.upperBound)
            if !isAnchored || position == range.lowerBound {
                run.pending.append(0)
            }
            // The threads of this place, each once.
            run.beginPlace()
            while let state = run.pending.popLast() {
                guard run.visit(state) else {
                    continue
                }
                work -= 1
                switch instructions[state] {
                case .accept: return true
                case .take(let set):
                    work -= costs[set]
                    if let scalar, takes(scalar, set) {
                        run.following.append(state + 1)
                    }
                case .split(let first, let second):
                    run.pending.append(second)
                    run.pending.append(first)
                case .jump(let target): run.pending.append(target)
                case .beginning:
                    if previous == nil {
                        run.pending.append(state + 1)
                    }
                case .end:
                    if scalar == nil {
                        run.pending.append(state + 1)
                    }
                case .wordBoundary(let isDue):
                    if (Self.isWord(previous) != Self.isWord(scalar)) == isDue {
                        run.pending.append(state + 1)
                    }
                }
            }
            guard work >= 0 else {
                return nil
            }
            guard scalar != nil, !(isAnchored && run.following.isEmpty) else {
                return false
            }
            previous = scalar
            position = next
            swap(&run.pending, &run.following)
        }
    }

    private func takes(_ scalar: UInt32, _ set: Int) -> Bool {
        scalar < 128 ? ascii[set][Int(scalar / 64)] >> UInt64(scalar % 64) & 1 == 1 : sets[set].contains(scalar)
    }

    private static func isWord(_ scalar: UInt32?) -> Bool {
        scalar.map { SchemaScalarSet.word.contains($0) } ?? false
    }

    /// The scalar at an offset of valid UTF-8, and the offset behind it.
    private static func scalar(_ text: Span<UInt8>, at position: Int, before end: Int) -> (UInt32?, Int) {
        guard position < end else {
            return (nil, end)
        }
        let first = UInt32(text[position])
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard count > 1, position + count <= end else {
            return (first, position + 1)
        }
        var scalar = first & (0x7F >> UInt32(count))
        for offset in position + 1..<position + count {
            scalar = scalar << 6 | UInt32(text[offset]) & 0x3F
        }
        return (scalar, position + count)
    }
}

/// The threads of a run.
private struct SchemaPatternRun {
    /// States still to be visited at this place, and those to begin with at the next.
    var pending: [Int] = []
    var following: [Int] = []
    /// At which place a state was visited last.
    private var visited: [Int]
    private var place = 0

    init(states: Int) {
        visited = Array(repeating: 0, count: states)
    }

    mutating func beginPlace() {
        place += 1
    }

    /// Whether the state is visited for the first time at this place.
    mutating func visit(_ state: Int) -> Bool {
        guard visited[state] != place else {
            return false
        }
        visited[state] = place
        return true
    }
}

/// Why an expression can't be used, as a sentence without subject.
struct SchemaPatternError: Error {
    let message: String
}
