/// What is to be done for a request.
enum Step {
    /// A whole result, already written.
    case result([UInt8])
    case run(Invocation)
    case listen(Listen)
}
