/// How much a page of a listing tool holds.
package enum ToolPage {
    /// So many items at most, however many are asked for.
    static let items = 200
    /// After so many bytes of items it ends, unless the program is told another number.
    package static let bytes = 40_000
}
