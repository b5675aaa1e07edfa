"""The second evaluator: a bundle in, the verdicts out, without one line of the runner.

Nothing here imports anything of this project (a test enforces it): a defect of the runner's templates,
ciphers, checks or rules of verdicts is not repeated here, it becomes a disagreement.
"""
