import HTTPServer

extension OperationDescription {
    /// What follows from the checks before a data route's handler.
    func checked(
        _ rights: DataRights,
        _ session: DataRoutes.SessionRule,
        _ epoch: DataRoutes.EpochRule,
        isRepeatable: Bool
    ) -> OperationDescription {
        var full = self
        if !rights.areNone { full.refusals.append("insufficient_scope") }
        var headers: [ParameterDescription] = []
        if session != .ignored {
            headers.append(.session(isRequired: session == .required))
            full.refusals += ["session_invalid", "session_forbidden"]
            if session == .required { full.refusals.append("session_required") }
        }
        if epoch != .ignored {
            headers.append(.epoch(isRequired: epoch == .required))
            full.refusals.append("epoch_mismatch")
        }
        if isRepeatable {
            headers.append(.idempotencyKey)
            full.refusals += ["idempotency_mismatch", "idempotency_in_progress", "invalid_request"]
            full.answers = answers.map { answer in
                var answer = answer
                answer.headers.append(
                    HeaderDescription(
                        "Idempotency-Replayed",
                        "`true` where the answer is that of an earlier request with the same `Idempotency-Key`.",
                        schema: #"{"const":"true"}"#
                    )
                )
                return answer
            }
        }
        full.parameters += headers
        return full
    }
}
