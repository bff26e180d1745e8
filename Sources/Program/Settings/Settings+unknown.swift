import Tools

/// Variables that look like settings and are none: mostly slips of the pen.
extension Settings {
    /// Names that begin as ours do and that no setting has, each with the nearest name that one has.
    ///
    /// - Parameter names: Of the environment's variables.
    package static func unknown(among names: some Sequence<String>) -> [(name: String, nearest: String?)] {
        let known = Set(all.map(\.name) + all.filter { $0.file != nil }.map { $0.name + "_FILE" } + ignored.map(\.name))
        return names.filter { $0.hasPrefix("TOOLBRIDGE_") && !known.contains($0) }.sorted().map { name in
            let near = known.compactMap { other in EditDistance.between(name, other, atMost: 6).map { (other, $0) } }
            return (name, near.min { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0 < $1.0 }?.0)
        }
    }
}
