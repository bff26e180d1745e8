# Everything a developer needs, one line each; the steps are in Scripts/. All but release share one build: release configuration, in .build.
.PHONY: run test lint format bench release

run:     ; @Scripts/run.sh                                              # builds the program and serves on http://127.0.0.1:8080
test:    ; @Scripts/test.sh                                             # lint, tests of the targets, Acceptance on the built program
lint:    ; @Scripts/lint.sh                                             # format, walls between targets, constructs that are barred
format:  ; @swift format -i -r -p Package.swift Sources Tests Examples Benchmarks # rewrites the sources in the house's format
bench:   ; @Scripts/bench.sh                                            # ratios against nginx, /healthz and the bare libraries
release: ; @Scripts/release.sh                                          # one stripped file with the Swift runtime inside
