"""Channel layouts in an order of their own, which PyAV 18 frees twice: the process dies, now or later.

AIFF, CAF and MP4 may list their channels in any order. PyAV shares FFmpeg's list with every object that it
makes of such a layout, and each frees it. Such a stream is decoded as so many channels without places: every
sample is the same, and only the weights of the loudness are lost.

Source: PyAV 18.1, `AudioLayout.__dealloc__`; FFmpeg, `AV_CHANNEL_ORDER_CUSTOM`.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # PyAV is slow to import
    from av import AudioCodecContext, AudioLayout

_NATIVE: Final = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL",
    "TBC", "TBR", "DL", "DR", "WL", "WR", "SDL", "SDR", "LFE2", "TSL", "TSR", "BFC", "BFL", "BFR",
)  # fmt: skip
"""FFmpeg's names of channels in its own order."""


def use_safe_layout(context: "AudioCodecContext") -> None:
    """See that a decoder which is not open yet will hand out frames whose layout may be looked at.

    Call it before anything else looks at the layout.
    """
    layout = context.layout
    unplaced = f"{layout.nb_channels} channels"
    if layout.name == unplaced or _is_native(layout):
        return
    import ctypes

    # never to be freed: its list of channels belongs to the decoder
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(layout))
    context.options = {**context.options, "ch_layout": unplaced}


def _is_native(layout: "AudioLayout") -> bool:
    """Whether the channels stand in FFmpeg's own order; it then needs no list."""
    names = [channel.name for channel in layout.channels]
    return names == [name for name in _NATIVE if name in names]
