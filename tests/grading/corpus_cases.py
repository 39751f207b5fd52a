"""All cases of the corpus."""

from corpus_basics import BASICS
from corpus_functions import CLASSES, FUNCTIONS
from corpus_odd import ODD
from corpus_practice import PRACTICE
from corpus_values import VALUES

CASES = [*BASICS, *FUNCTIONS, *CLASSES, *VALUES, *ODD, *PRACTICE]
