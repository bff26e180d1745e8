/// Limits of a schema and of each check against it.
public struct JSONSchemaLimits: Sendable {
    /// How deep subschemas may be nested; the schema itself is level 1.
    public var depth: Int
    /// How many subschemas a schema may have, itself included.
    public var subschemas: Int
    /// How many steps one check may take.
    ///
    /// A step is one subschema applied to one value; long comparisons and patterns cost steps by their length (64 bytes compared, or 64
    /// states of a pattern visited, are one).
    public var steps: Int
    /// How many subschemas may be applied inside one another during a check; this bounds the stack.
    public var nesting: Int

    /// Makes limits; the defaults are those of tools.
    public init(depth: Int = 32, subschemas: Int = 1_000, steps: Int = 10_000, nesting: Int = 512) {
        self.depth = depth
        self.subschemas = subschemas
        self.steps = steps
        self.nesting = nesting
    }

    /// What a tool's schema may be: 32 levels, 1,000 subschemas; 10,000 steps a check.
    public static let standard = JSONSchemaLimits()
}
