"""How Labeled Faces in the Wild and its Part Labels are cited, and their terms: no licence, for research."""

from __future__ import annotations

from hairnet_data.core.ledger import Licence
from hairnet_data.sources.terms import Terms

_CITATION = r"""
@inproceedings{kae2013augmenting,
  title     = {Augmenting {CRFs} with {Boltzmann} Machine Shape Priors for Image Labeling},
  author    = {Kae, Andrew and Sohn, Kihyuk and Lee, Honglak and Learned-Miller, Erik},
  booktitle = {IEEE Conference on Computer Vision and Pattern Recognition (CVPR)},
  year      = {2013}
}

@inproceedings{huang2007unsupervised,
  title     = {Unsupervised Joint Alignment of Complex Images},
  author    = {Huang, Gary B. and Jain, Vidit and Learned-Miller, Erik},
  booktitle = {IEEE International Conference on Computer Vision (ICCV)},
  year      = {2007}
}

@techreport{huang2007labeled,
  title       = {Labeled Faces in the Wild: A Database for Studying Face Recognition in Unconstrained Environments},
  author      = {Huang, Gary B. and Ramesh, Manu and Berg, Tamara and Learned-Miller, Erik},
  institution = {University of Massachusetts, Amherst},
  number      = {07-49},
  year        = {2007}
}
"""

TERMS = Terms(
    citation=_CITATION.strip(),
    licences=("http://vis-www.cs.umass.edu/lfw/",),
    homepage="http://vis-www.cs.umass.edu/lfw/part_labels/",
)

LICENCE = Licence(
    licence=TERMS.licence,
    origin="Labeled Faces in the Wild: news photographs from the web, 2002 to 2003",
    consent="nobody was asked",
    use="research",
)
"""Of every portrait."""
