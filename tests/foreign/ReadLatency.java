// Reads a latency log with the Java HdrHistogram library, which shares no code with Hanno, and prints one line for
// each tag: count, p50, p90, p99, p99.9, maximum and the tag, between tabs. Fails if the log holds anything it
// cannot read; a line that the library would leave out silently is such a thing.

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

class ReadLatency {
    public static void main(String[] arguments) throws Exception {
        Map<String, Histogram> tags = new TreeMap<>();
        long read = 0;
        HistogramLogReader log = new HistogramLogReader(new File(arguments[0]));
        for (EncodableHistogram found; (found = log.nextIntervalHistogram()) != null; read++) {
            Histogram interval = (Histogram) found;
            tags.computeIfAbsent(interval.getTag(), tag -> new Histogram(interval)).add(interval);
        }
        long written;
        try (var lines = Files.lines(Path.of(arguments[0]))) {
            written = lines.filter(line -> line.startsWith("Tag=")).count();
        }
        if (read != written) {
            throw new IllegalStateException(read + " of " + written + " histograms can be read");
        }
        tags.forEach((tag, sum) -> System.out.println(sum.getTotalCount()
            + "\t" + sum.getValueAtPercentile(50.0)
            + "\t" + sum.getValueAtPercentile(90.0)
            + "\t" + sum.getValueAtPercentile(99.0)
            + "\t" + sum.getValueAtPercentile(99.9)
            + "\t" + sum.getMaxValue()
            + "\t" + tag));
    }
}
