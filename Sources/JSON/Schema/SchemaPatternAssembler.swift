/// The parts of a regular expression.
indirect enum SchemaPatternTree {
    case empty
    case set(SchemaScalarSet)
    case sequence([SchemaPatternTree])
    case choice([SchemaPatternTree])
    /// At least `minimum` times and at most `maximum` times, nil being without end.
    case repetition(SchemaPatternTree, minimum: Int, maximum: Int?)
    case beginning
    case end
    case wordBoundary(Bool)
}

/// Makes the automaton of an expression; recursion is bounded by the parser's depth.
struct SchemaPatternAssembler {
    private(set) var instructions: [SchemaPattern.Instruction] = []
    private(set) var sets: [SchemaScalarSet] = []

    /// How many states an automaton may have.
    private static let maximum = 4_000

    /// Appends the states of a part.
    mutating func append(_ tree: SchemaPatternTree) throws(SchemaPatternError) {
        guard instructions.count <= Self.maximum else {
            throw SchemaPatternError(message: "must be a smaller pattern: repetitions are too large")
        }
        switch tree {
        case .empty: break
        case .set(let set):
            if let known = sets.firstIndex(of: set) {
                instructions.append(.take(known))
            } else {
                sets.append(set)
                instructions.append(.take(sets.count - 1))
            }
        case .sequence(let parts):
            for part in parts {
                try append(part)
            }
        case .choice(let parts): try append(choice: parts)
        case .repetition(let part, let minimum, let maximum): try append(part, minimum: minimum, maximum: maximum)
        case .beginning: instructions.append(.beginning)
        case .end: instructions.append(.end)
        case .wordBoundary(let isDue): instructions.append(.wordBoundary(isDue))
        }
    }

    /// Ends the automaton.
    mutating func finish() {
        instructions.append(.accept)
    }

    private mutating func append(choice parts: [SchemaPatternTree]) throws(SchemaPatternError) {
        var jumps: [Int] = []
        for (number, part) in parts.enumerated() {
            guard number < parts.count - 1 else {
                try append(part)
                break
            }
            let split = instructions.count
            instructions.append(.split(split + 1, split + 1))
            try append(part)
            jumps.append(instructions.count)
            instructions.append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps {
            instructions[jump] = .jump(instructions.count)
        }
    }

    private mutating func append(_ part: SchemaPatternTree, minimum: Int, maximum: Int?) throws(SchemaPatternError) {
        let before = instructions.count
        for _ in 0..<minimum {
            try append(part)
            // What takes no state, as an empty group, may be repeated as often as it likes.
            if instructions.count == before {
                return
            }
        }
        guard let maximum else {
            let split = instructions.count
            instructions.append(.split(split + 1, split + 1))
            try append(part)
            instructions.append(.jump(split))
            instructions[split] = .split(split + 1, instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in minimum..<max(maximum, minimum) {
            let split = instructions.count
            splits.append(split)
            instructions.append(.split(split + 1, split + 1))
            try append(part)
            if instructions.count == split + 1 {
                break
            }
        }
        for split in splits {
            instructions[split] = .split(split + 1, instructions.count)
        }
    }
}
