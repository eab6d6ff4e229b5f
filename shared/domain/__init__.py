"""Pure words and rules that a case-kind file is written with."""
